import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { createBrowser } from '../../support/browser-player.ts';
import { eventsSince, hosted, pageOf, press, requestOf, toldClient } from '../support/people.ts';
import { startPlayedOffice } from '../support/played-office.ts';
import { appBye, bye, localBye, signingOutAt, withWaysOut } from '../support/signing-out.ts';
import { forThisFile, playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile(withWaysOut);
const { tokensIn, goesOn, leave, sentUpstream } = signingOutAt(office);
const strict = forThisFile(() =>
  startPlayedOffice({ change: withWaysOut, idp: { groupsClaim: 'groups', onLogout: 'everything' } }),
);

const offline = { scope: 'openid tools:read offline_access' };

/** As an MCP server judges it offline, by the feed of ends. */
async function isGood({ access_token: token }: Readonly<Record<string, unknown>>): Promise<boolean> {
  const { company } = office;
  const now = (): number => Math.floor(company.run.clock.now() / 1_000);
  const verifier = createVerifier({ issuer: company.issuer, resource: company.mcpUrl, now });
  return (await verifier.verify(`Bearer ${String(token)}`)).ok;
}

describe('a client that signs a person out, with an id_token of theirs', () => {
  verifies(
    'oidc-rp-logout:2:at-once',
    'ends the session and what it got by it at once, and nothing of other clients or browsers',
    async () => {
      const [browser, elsewhere] = [createBrowser(), createBrowser()];
      const tokens = await tokensIn(browser, 'here');
      const away = await tokensIn(browser, 'here', offline);
      const house = await tokensIn(browser, 'here', { client_id: 'house' });
      const others = await tokensIn(elsewhere, 'there');
      const from = office.company.log.length;
      const told = await leave(browser, {
        ...{ id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: bye, state: 's & t' },
        ...{ client_id: 'desk', logout_hint: 'ann', ui_locales: 'de' },
      });
      expect([...toldClient(told)]).toEqual([['state', 's & t']]);
      expect(told.kind === 'left' && `${told.url.origin}${told.url.pathname}`).toBe(bye);
      expect(eventsSince(office.company, from).filter(({ event }) => event !== 'grant_ended')).toEqual([
        expect.objectContaining({
          ...{ event: 'signed_out', by: 'client', clientId: 'desk', idp: 'demo', onward: 'sent' },
          ...{ person: decodeJwt(String(tokens['access_token'])).sub, grants: 1 },
        }),
      ]);
      expect([await isGood(tokens), await isGood(others)]).toEqual([false, true]);
      expect([await goesOn(tokens), await goesOn(away), await goesOn(others)]).toEqual([false, true, true]);
      const refreshed = { client_id: 'house' };
      expect((await office.refresh(house['refresh_token'], refreshed)).status).toBe(200);
      const asked = await browser.open(requestOf(office.company), new URL(hosted));
      expect(asked.kind).toBe('page');
    },
  );

  verifies('oidc-rp-logout:2:at-once', 'may bring one that has expired', async () => {
    const browser = createBrowser();
    const tokens = await tokensIn(browser, 'long');
    office.company.run.clock.advance(3_600);
    expect(decodeJwt(String(tokens['id_token'])).exp).toBeLessThan(office.company.run.clock.now() / 1_000);
    const told = await leave(
      browser,
      { id_token_hint: String(tokens['id_token']) },
      `${office.idp.issuer}/logout`,
    );
    expect(told.kind === 'left' && told.url.pathname).toBe('/logout');
    expect(await goesOn(tokens)).toBe(false);
  });

  verifies(
    'vestibule:logout-onward',
    'has them signed out at the identity provider, which gets its own id_token and nothing of the client’s',
    async () => {
      const browser = createBrowser();
      const tokens = await tokensIn(browser, 'onward');
      const upstream = office.idp.given.findLast((value) => value.split('.').length === 3)!;
      await leave(browser, { id_token_hint: String(tokens['id_token']), state: 'of-the-client' });
      expect(sentUpstream()).toEqual({
        id_token_hint: upstream,
        client_id: 'vestibule',
        post_logout_redirect_uri: `${office.company.issuer}/logout/callback`,
        state: expect.stringMatching(/^[\w-]{43}$/) as string,
      });
      // Nothing is left of it here.
      expect(browser.cookies.all().map(({ name }) => name)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/session|hint|logout/)]),
      );
    },
  );

  verifies('oidc-rp-logout:3:redirects', 'gets them back on their own machine, at any port', async () => {
    const [browser, there] = [createBrowser(), 'http://127.0.0.1:51234/bye'];
    const tokens = await tokensIn(browser);
    const hint = { id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: there };
    const told = await leave(browser, hint, there);
    expect(told.kind === 'left' && told.url.href).toBe(there);
    expect(
      (await leave(createBrowser(), { client_id: 'desk', post_logout_redirect_uri: localBye })).kind,
    ).toBe('page');
  });

  verifies('oidc-rp-logout:3:redirects', 'gets them back in an application by a link to press', async () => {
    const browser = createBrowser();
    const tokens = await tokensIn(browser);
    const parameters = { id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: appBye };
    const page = pageOf(await leave(browser, { ...parameters, state: 'x' }));
    expect([page.status, page.links.map(({ href }) => href)]).toEqual([
      200,
      expect.arrayContaining([`${appBye}?state=x`]),
    ]);
  });

  verifies(
    'oidc-rp-logout:2:at-once',
    'ends everything in the name of the person where the config says so',
    async () => {
      const { tokensIn: sign, leave: go, goesOn: stillGoes } = signingOutAt(strict);
      const [browser, elsewhere] = [createBrowser(), createBrowser()];
      const tokens = await sign(browser, 'one', offline);
      const house = await sign(browser, 'one', { ...offline, client_id: 'house' });
      const others = await sign(elsewhere, 'two', offline);
      await go(browser, { id_token_hint: String(tokens['id_token']) });
      expect([await stillGoes(tokens), await stillGoes(others)]).toEqual([false, true]);
      expect((await strict.refresh(house['refresh_token'], { client_id: 'house' })).status).toBe(400);
    },
  );
});

describe('whoever else comes to sign out', () => {
  verifies('oidc-rp-logout:2:asks', 'is asked first, and nothing ends before they say so', async () => {
    const browser = createBrowser();
    const tokens = await tokensIn(browser, 'asked');
    const page = pageOf(
      await leave(browser, { client_id: 'desk', post_logout_redirect_uri: bye, state: 'q' }),
    );
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    for (const words of ['Ann', 'Desk', 'desk.example.com']) expect(page.text).toContain(words);
    expect(await goesOn(tokens)).toBe(true);
    const from = office.company.log.length;
    const told = await press(browser, page, 'sign_out', new URL(bye));
    expect(toldClient(told).get('state')).toBe('q');
    expect(eventsSince(office.company, from)).toContainEqual(
      expect.objectContaining({ event: 'signed_out', by: 'person', clientId: 'desk', grants: 1 }),
    );
    expect(await goesOn(tokens)).toBe(false);
  });

  verifies('oidc-rp-logout:2:asks', 'may stay, and then nothing has ended', async () => {
    const browser = createBrowser();
    const tokens = await tokensIn(browser, 'staying');
    const from = office.company.log.length;
    const page = pageOf(await leave(browser));
    const stayed = pageOf(await press(browser, page, 'stay'));
    expect(stayed.text).toContain('still signed in');
    expect(eventsSince(office.company, from).map(({ event }) => event)).toEqual(['logout_declined']);
    expect(await goesOn(tokens)).toBe(true);
    const form = page.forms[0]!;
    expect(pageOf(await browser.press(page, form, undefined)).text).toContain('still signed in');
    expect(await goesOn(tokens)).toBe(true);
  });

  verifies(
    'oidc-rp-logout:2:asks',
    'signs out of what every client got, where no client is named',
    async () => {
      const browser = createBrowser();
      const [tokens, away] = [await tokensIn(browser, 'all'), await tokensIn(browser, 'all', offline)];
      const house = await tokensIn(browser, 'all', { client_id: 'house' });
      const page = pageOf(await leave(browser));
      const done = pageOf(await press(browser, page, 'sign_out'));
      expect(done.text).toContain('You are signed out');
      expect([await goesOn(tokens), await goesOn(away)]).toEqual([false, true]);
      expect((await office.refresh(house['refresh_token'], { client_id: 'house' })).status).toBe(400);
    },
  );

  verifies(
    'oidc-rp-logout:2:asks',
    'is asked where the id_token is forged, another kind of token, of another person, or of nobody here',
    async () => {
      const [browser, bens] = [createBrowser(), createBrowser()];
      const tokens = await tokensIn(browser, 'hinted');
      office.idp.play({ person: { sub: 'ben', name: 'Ben', sid: 'bens' } });
      const code = await office.code({ scope: 'openid tools:read' }, bens);
      const ben = (await office.redeem(code)).body;
      const idToken = String(tokens['id_token']);
      const [header, , signature] = idToken.split('.');
      const claims = Buffer.from(JSON.stringify({ ...decodeJwt(idToken), nonce: 'x' })).toString('base64url');
      const hints = [
        ...[`${header!}.${claims}.${signature!}`, 'x', 'a.b.c', `e.${'x'.repeat(4_000)}.y`],
        ...[String(tokens['access_token']), String(ben['id_token'])],
        office.idp.given.findLast((value) => value.split('.').length === 3)!,
      ];
      for (const hint of hints) {
        const page = pageOf(await leave(browser, { id_token_hint: hint }));
        expect([hint.slice(0, 20), page.forms.length]).toEqual([hint.slice(0, 20), 1]);
      }
      // Not signed in here, and an id_token of one's own leads nobody anywhere.
      const away = { id_token_hint: idToken, post_logout_redirect_uri: bye };
      expect(pageOf(await leave(createBrowser(), away)).text).toContain('Nobody is known to be signed in');
      expect([await goesOn(tokens), await goesOn(ben)]).toEqual([true, true]);
    },
  );

  verifies('oidc-rp-logout:2:asks', 'answers in the browser that got the page, in ten minutes', async () => {
    const [browser, other] = [createBrowser(), createBrowser()];
    const tokens = await tokensIn(browser, 'bound');
    const strangers = pageOf(await leave(other));
    const fields = Object.fromEntries(strangers.forms[0]!.fields);
    const page = pageOf(await leave(browser));
    const submit = (more: Readonly<Record<string, string>>) =>
      browser.press(page, page.forms[0]!, undefined, { fields: { decision: 'sign_out', ...more } });
    const mine = Object.fromEntries(page.forms[0]!.fields)['request']!;
    const seen: string[] = [];
    for (const request of [fields['request']!, `${mine.slice(0, -6)}AAAAAA`, 'x']) {
      const refused = pageOf(await submit({ request }));
      expect(refused.status).toBe(400);
      seen.push(refused.text);
    }
    expect(seen.map((text) => /another browser|too old/.exec(text)?.[0])).toEqual([
      ...['another browser', 'too old', 'too old'],
    ]);
    office.company.run.clock.advance(601);
    expect(pageOf(await submit({})).text).toContain('too old');
    expect(await goesOn(tokens)).toBe(true);
  });

  verifies('oidc-rp-logout:2:asks', 'is asked anew where somebody else has signed in meanwhile', async () => {
    const browser = createBrowser();
    const tokens = await tokensIn(browser, 'anns');
    const page = pageOf(await leave(browser));
    office.idp.play({ person: { sub: 'ben', name: 'Ben', sid: 'bens' } });
    office.company.run.clock.advance(1);
    const code = await office.code({ scope: 'openid tools:read', prompt: 'select_account' }, browser);
    const ben = (await office.redeem(code)).body;
    const again = pageOf(await press(browser, page, 'sign_out'));
    expect(again.text).toContain('Ben');
    expect([await goesOn(tokens), await goesOn(ben)]).toEqual([true, true]);
  });

  verifies(
    'oidc-rp-logout:2:asks',
    'is asked by POST from another site, where browsers tell nothing of the session, and signs out all the same',
    async () => {
      const browser = createBrowser();
      const tokens = await tokensIn(browser, 'posted');
      const response = await fetch(new URL('/logout', office.company.issuer), {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ id_token_hint: String(tokens['id_token']), client_id: 'desk' }),
      });
      expect([response.status, (await response.text()).includes('Nobody is known')]).toEqual([200, true]);
      expect(await goesOn(tokens)).toBe(true);
    },
  );
});
