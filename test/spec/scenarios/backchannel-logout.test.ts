import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { ann, loggingOutAt } from '../support/logging-out.ts';
import { eventsSince, hosted, requestOf } from '../support/people.ts';
import { startPlayedOffice } from '../support/played-office.ts';
import { forThisFile, playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();
const { send, tokensIn, goesOn, isAsked, nextSecond } = loggingOutAt(office);
const strict = forThisFile(() =>
  startPlayedOffice({ idp: { groupsClaim: 'groups', onLogout: 'everything' } }),
);

const unattended = { scope: 'tools:read offline_access' };

describe('a logout that the identity provider tells of', () => {
  verifies(
    'oidc-backchannel:2.6:ends',
    'ends the sessions of the person and what came of them, but for offline access, and nobody else’s',
    async () => {
      const browser = createBrowser();
      const present = await tokensIn('one', {}, browser);
      const away = await tokensIn('one', unattended);
      office.idp.play({ person: { sub: 'ben', name: 'Ben', sid: 'bens' } });
      const bens = (await office.redeem(await office.code())).body;
      nextSecond();
      const from = office.company.log.length;
      const told = await send(await office.idp.logoutToken());
      expect([told.status, told.text, told.headers.get('cache-control')]).toEqual([200, '', 'no-store']);
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({
          ...{ event: 'signed_out_upstream', idp: 'demo', of: 'person' },
          person: decodeJwt(String(present['access_token'])).sub,
        }),
      );
      const refused = await office.refresh(present['refresh_token']);
      expect(refused.body).toMatchObject({ error: 'invalid_grant' });
      expect(refused.body['error_description']).toContain('signed out');
      nextSecond();
      office.idp.play(ann('two'));
      expect(await isAsked(browser)).toBe(true);
      expect(await goesOn(away)).toBe(true);
      office.idp.play({ person: { sub: 'ben', name: 'Ben' } });
      expect(await goesOn(bens)).toBe(true);
    },
  );

  verifies('oidc-backchannel:2.4:sid', 'ends one session alone, where one is named', async () => {
    for (const named of [{ sub: null }, {}]) {
      const [desk, phone] = [createBrowser(), createBrowser()];
      const [one, two] = [await tokensIn('desk', {}, desk), await tokensIn('phone', {}, phone)];
      const unknown = await tokensIn(undefined);
      nextSecond();
      expect((await send(await office.idp.logoutToken({ sid: 'desk', ...named }))).status).toBe(200);
      office.idp.play(ann('phone'));
      expect([await goesOn(one), await goesOn(two)]).toEqual([false, true]);
      // What came of no session that is known ends with each.
      office.idp.play(ann());
      expect(await goesOn(unknown)).toBe(false);
      nextSecond();
      office.idp.play(ann('phone'));
      expect([await isAsked(desk), await isAsked(phone)]).toEqual([true, false]);
    }
  });

  verifies(
    'oidc-backchannel:2.6:ends',
    'ends offline access too, where the config says everything',
    async () => {
      const { company, idp } = strict;
      idp.play(ann('one'));
      const tokens = (await strict.redeem(await strict.code(unattended))).body;
      idp.play(ann('two'));
      const others = (await strict.redeem(await strict.code(unattended))).body;
      company.run.clock.advance(1);
      const told = await fetch(`${company.issuer}/backchannel-logout/demo`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: await idp.logoutToken({ sid: 'one' }) }),
      });
      expect(told.status).toBe(200);
      expect((await strict.refresh(tokens['refresh_token'])).body).toMatchObject({ error: 'invalid_grant' });
      expect((await strict.refresh(others['refresh_token'])).status).toBe(200);
      const shown = await strict.client.admin('GET', 'idps/demo');
      expect(shown.body).toMatchObject({ on_logout: 'everything' });
    },
  );

  verifies('oidc-backchannel:2.4:sid', 'of a session that nobody here has is no mistake', async () => {
    const tokens = await tokensIn('kept');
    nextSecond();
    expect((await send(await office.idp.logoutToken({ sub: null, sid: 'elsewhere' }))).status).toBe(200);
    expect(await goesOn(tokens)).toBe(true);
  });

  verifies(
    'vestibule:upstream-logout-races',
    'ends a sign-in that is on its way in that session',
    async () => {
      for (const claims of [{ sub: null, sid: 'racing' }, {}]) {
        nextSecond();
        office.idp.play(ann('racing'));
        const browser = createBrowser();
        const callback = new URL('/callback/demo', office.company.issuer);
        const asked = await browser.open(requestOf(office.company), callback);
        if (asked.kind !== 'page') throw new Error('nobody was asked');
        const form = asked.page.forms[0]!;
        const allow = form.buttons.find(({ value }) => value === 'allow');
        const back = await browser.press(asked.page, form, allow, { client: callback });
        if (back.kind !== 'left') throw new Error('no callback');
        expect((await send(await office.idp.logoutToken(claims))).status).toBe(200);
        const told = await browser.open(back.url, new URL(hosted));
        expect(told.kind === 'left' && told.url.searchParams.get('error')).toBe('access_denied');
      }
    },
  );

  verifies(
    'vestibule:upstream-logout-races',
    'at the moment of refreshes and redemptions leaves no token that goes on',
    async () => {
      for (let round = 0; round < 3; round += 1) {
        const tokens = await tokensIn('busy');
        const code = await office.code();
        nextSecond();
        const token = await office.idp.logoutToken();
        const [told, ...answers] = await Promise.all([
          send(token),
          office.redeem(code),
          ...Array.from({ length: 6 }, () => office.refresh(tokens['refresh_token'])),
        ]);
        expect(told.status).toBe(200);
        for (const { body } of answers.filter(({ status }) => status === 200)) {
          expect(await goesOn(body)).toBe(false);
        }
      }
    },
  );
});
