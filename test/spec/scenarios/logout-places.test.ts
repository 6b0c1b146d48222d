import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { ann } from '../support/logging-out.ts';
import { eventsSince, hosted, pageOf, press, toldClient } from '../support/people.ts';
import { bye, signingOutAt, withWaysOut } from '../support/signing-out.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile(withWaysOut);
const { tokensIn, goesOn, leave, sentUpstream, url } = signingOutAt(office);

describe('where people who signed out may be sent', () => {
  verifies(
    'oidc-rp-logout:3:redirects',
    'is nowhere that the client has not registered, to the letter',
    async () => {
      const browser = createBrowser();
      const tokens = await tokensIn(browser, 'letter');
      const places = [
        ...[`${bye}/`, `${bye}?x=1`, `${bye}/../x`, bye.toUpperCase(), hosted, `${bye}#f`, '/bye'],
        ...['https://evil.example/bye', 'https://desk.example.com.evil.example/bye', 'javascript:alert(1)'],
        ...['https://desk.example.com@evil.example/bye', 'https://house.example.com/bye', '//evil.example'],
        ...['http://localhost/bye', 'http://127.0.0.1/byebye', 'com.example.desk:/other', 'data:text/html,x'],
      ];
      for (const place of places) {
        for (const more of [{ id_token_hint: String(tokens['id_token']) }, { client_id: 'desk' }]) {
          const arrival = await leave(browser, { post_logout_redirect_uri: place, ...more });
          const { status, links, text } = pageOf(arrival);
          expect([place, status, links.map(({ href }) => href)]).toEqual([
            place,
            400,
            expect.not.arrayContaining([place]),
          ]);
          expect(text).not.toContain('evil');
        }
      }
      expect(await goesOn(tokens)).toBe(true);
    },
  );

  verifies(
    'oidc-rp-logout:2:refuses',
    'is nowhere for a request that contradicts itself, or names no client that is there',
    async () => {
      const browser = createBrowser();
      const tokens = await tokensIn(browser, 'refused');
      const hint = String(tokens['id_token']);
      const cases: readonly (readonly [reason: string, parameters: string])[] = [
        ['id_token_hint_of_another_client', `client_id=house&id_token_hint=${hint}`],
        ['client_unknown', 'client_id=nobody'],
        ['client_unknown', 'client_id=%20x'],
        ['post_logout_redirect_uri_without_client', `post_logout_redirect_uri=${bye}`],
        ['post_logout_redirect_uri_without_client', `id_token_hint=x&post_logout_redirect_uri=${bye}`],
        ['state_too_long', `client_id=desk&post_logout_redirect_uri=${bye}&state=${'%00'.repeat(400)}`],
      ];
      for (const [reason, parameters] of cases) {
        const from = office.company.log.length;
        const arrival = await browser.open(`${url().href}${parameters}`);
        expect([reason, pageOf(arrival).status]).toEqual([reason, 400]);
        expect(eventsSince(office.company, from)).toEqual([
          expect.objectContaining({ event: 'logout_refused', reason }),
        ]);
      }
      const repeated = pageOf(await browser.open(`${url().href}client_id=desk&client_id=house`));
      expect(repeated.status).toBe(400);
      const json = await fetch(`${url().href}client_id=nobody`, { headers: { accept: 'application/json' } });
      expect([json.status, await json.json()]).toEqual([
        400,
        { error: 'invalid_request', error_description: expect.stringContaining('client_id') as string },
      ]);
      expect(await goesOn(tokens)).toBe(true);
    },
  );

  verifies('oidc-rp-logout:2:refuses', 'is nowhere for a client that is switched off', async () => {
    const browser = createBrowser();
    const tokens = await tokensIn(browser, 'off');
    const parameters = { id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: bye };
    expect((await office.client.admin('POST', 'clients/desk/disable')).status).toBeLessThan(300);
    office.company.run.clock.advance(6);
    const page = pageOf(await leave(browser, parameters));
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('switched off')]);
    expect((await office.client.admin('POST', 'clients/desk/enable')).status).toBeLessThan(300);
    office.company.run.clock.advance(6);
    expect(toldClient(await leave(browser, parameters)).size).toBe(0);
  });

  verifies(
    'oidc-rp-logout:3:redirects',
    'is told to nobody but the browser that began, by the state that the identity provider gives back',
    async () => {
      const browser = createBrowser();
      const tokens = await tokensIn(browser, 'returning');
      const parameters = { id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: bye };
      const left = await leave(browser, parameters, `${office.idp.issuer}/logout`);
      const back = new URL('/logout/callback', office.company.issuer);
      const state = left.kind === 'left' ? left.url.searchParams.get('state')! : '';
      const returning = (query: string, who = browser) => who.open(`${back.href}${query}`, new URL(bye));
      for (const [query, who] of [
        [`?state=${state}`, createBrowser()],
        ['?state=made-up', browser],
        [`?state=${state}&state=${state}`, browser],
        ['', createBrowser()],
      ] as const) {
        expect([query, pageOf(await returning(query, who)).status]).toEqual([query, 400]);
      }
      expect(toldClient(await returning(`?state=${state}`)).size).toBe(0);
      // It was for once.
      expect(pageOf(await returning(`?state=${state}`)).status).toBe(400);
    },
  );
});

describe('the way on to the identity provider', () => {
  const metadataWith = (endSession: unknown) => ({
    ...ann('somewhere'),
    metadata: { end_session_endpoint: endSession },
  });

  verifies(
    'vestibule:logout-onward',
    'is left out where there is none, and the page says what is not done and leads on to the client',
    async () => {
      for (const none of [null, 'javascript:alert(1)', 'http://evil.example/logout', 7, '']) {
        const browser = createBrowser();
        const tokens = await tokensIn(browser, 'somewhere');
        office.company.run.clock.advance(601);
        office.idp.play(metadataWith(none));
        const from = office.company.log.length;
        const parameters = { id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: bye };
        const page = pageOf(await leave(browser, { ...parameters, state: 'on' }));
        expect([page.status, page.text]).toEqual([200, expect.stringContaining('may still be signed in')]);
        expect(page.links.map(({ href }) => href)).toContain(`${bye}?state=on`);
        expect(eventsSince(office.company, from)).toContainEqual(
          expect.objectContaining({ event: 'signed_out', onward: 'none' }),
        );
        expect(await goesOn(tokens)).toBe(false);
        office.company.run.clock.advance(601);
      }
    },
  );

  verifies(
    'vestibule:logout-onward',
    'is left out while the identity provider is down; our part is done',
    async () => {
      const browser = createBrowser();
      const tokens = await tokensIn(browser, 'somewhere');
      office.company.run.clock.advance(601);
      office.idp.play({ ...ann('somewhere'), down: ['/.well-known/openid-configuration'] });
      const from = office.company.log.length;
      const page = pageOf(await leave(browser, { id_token_hint: String(tokens['id_token']) }));
      expect([page.status, page.text]).toEqual([200, expect.stringContaining('cannot be reached')]);
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({ event: 'signed_out', onward: 'unavailable', grants: 1 }),
      );
      office.idp.play(ann('somewhere'));
      expect(await goesOn(tokens)).toBe(false);
    },
  );

  verifies(
    'vestibule:logout-onward',
    'is taken by those too who are not signed in here any more, once they say so',
    async () => {
      const browser = createBrowser();
      const tokens = await tokensIn(browser, 'old');
      office.company.run.clock.advance(13 * 3_600);
      const parameters = { id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: bye };
      const page = pageOf(await leave(browser, parameters));
      expect(page.text).toContain('Nobody is known to be signed in');
      expect(toldClient(await press(browser, page, 'sign_out', new URL(bye))).size).toBe(0);
      expect(sentUpstream()).not.toHaveProperty('id_token_hint');
    },
  );
});
