import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { ann } from '../support/logging-out.ts';
import { hosted, pageOf, press, requestOf, upToCallback } from '../support/people.ts';
import { bye, signingOutAt, withWaysOut } from '../support/signing-out.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { mend, playedOfficeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile(withWaysOut);
const { tokensIn, goesOn, leave, url } = signingOutAt(office);

describe('a logout', () => {
  verifies(
    'vestibule:logout-races',
    'at the moment of refreshes and redemptions leaves no token that goes on',
    async () => {
      for (let round = 0; round < 3; round += 1) {
        const browser = createBrowser();
        const tokens = await tokensIn(browser, 'busy');
        const code = await office.code({ scope: 'openid tools:read' }, browser);
        office.company.run.clock.advance(1);
        const [left, ...answers] = await Promise.all([
          leave(browser, { id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: bye }),
          office.redeem(code),
          ...Array.from({ length: 6 }, () => office.refresh(tokens['refresh_token'])),
        ]);
        expect(left.kind).toBe('left');
        for (const { body } of answers.filter(({ status }) => status === 200)) {
          expect(await goesOn(body)).toBe(false);
        }
        expect((await office.redeem(code)).status).toBe(400);
      }
    },
  );

  verifies('vestibule:logout-races', 'ends a sign-in that is on its way in that session', async () => {
    for (const session of ['racing', undefined]) {
      const browser = createBrowser();
      const tokens = await tokensIn(browser, session);
      office.idp.play(ann(session));
      const callback = await upToCallback(browser, requestOf(office.company, { prompt: 'consent' }));
      await leave(browser, { id_token_hint: String(tokens['id_token']) });
      const told = await browser.open(callback, new URL(hosted));
      expect(told.kind === 'left' && told.url.searchParams.get('error')).toBe('access_denied');
    }
  });

  verifies(
    'vestibule:logout-faults',
    'is a page with a way to do it again whichever call of AWS fails, and done again it ends the rest',
    async () => {
      const first = createBrowser();
      const measured = await tokensIn(first, 'measured');
      office.company.run.clock.advance(6);
      const calls = await callsDuring(office.company, ['Authorization', 'Downstream'], () =>
        leave(first, { id_token_hint: String(measured['id_token']) }),
      );
      const targets = calls.map(({ target }) => target);
      expect(targets).toEqual(
        expect.arrayContaining([
          ...['dynamodb:BatchGetItem~Authorization', 'dynamodb:UpdateItem~Authorization'],
          ...['dynamodb:TransactWriteItems~Authorization', 'lambda:Invoke~Authorization'],
        ]),
      );
      for (const fault of calls.flatMap(faultsAt)) {
        const browser = createBrowser();
        const tokens = await tokensIn(browser, 'struck');
        office.company.run.clock.advance(6);
        const parameters = { id_token_hint: String(tokens['id_token']), post_logout_redirect_uri: bye };
        strike(office.company, fault);
        const arrival = await leave(browser, parameters);
        mend(office.company);
        if (arrival.kind === 'page') {
          const { status, links } = arrival.page;
          expect([fault, [200, 503].includes(status)]).toEqual([fault, true]);
          // Where only the identity provider was out of reach, our part is done, and the page leads on.
          const again = links.map(({ href }) => new URL(href, url()));
          const way = again.find(({ pathname }) => pathname === (status === 503 ? '/logout' : '/bye'));
          expect([fault, way === undefined]).toEqual([fault, false]);
          if (status === 503) {
            office.company.run.clock.advance(1);
            const done = await browser.open(way!, new URL(bye));
            expect([fault, done.kind]).toEqual([fault, 'left']);
          }
        }
        expect([fault, await goesOn(tokens)]).toEqual([fault, false]);
      }
    },
    240_000,
  );

  verifies(
    'vestibule:logout-faults',
    'that failed half-way and is done again leaves alone what began since',
    async () => {
      const browser = createBrowser();
      const tokens = await tokensIn(browser, 'halfway');
      strike(office.company, 'dynamodb:TransactWriteItems~Authorization=down@*');
      const parameters = { id_token_hint: String(tokens['id_token']) };
      expect(pageOf(await leave(browser, parameters)).status).toBe(503);
      mend(office.company);
      const since = await tokensIn(createBrowser(), 'halfway');
      await leave(browser, parameters);
      expect([await goesOn(tokens), await goesOn(since)]).toEqual([false, true]);
    },
  );

  verifies('vestibule:logout-secrets', 'leaves no token in logs, and none at rest', async () => {
    const browser = createBrowser();
    const tokens = await tokensIn(browser, 'secret');
    const hint = String(tokens['id_token']);
    await leave(browser, { id_token_hint: `${hint.slice(0, -4)}AAAA`, state: 'state-canary-61' });
    const asked = pageOf(await leave(browser, { client_id: 'desk', state: 'state-canary-61' }));
    await press(browser, asked, 'stay');
    strike(office.company, 'dynamodb:UpdateItem~Authorization=down@*');
    await leave(browser, { id_token_hint: hint, post_logout_redirect_uri: bye, state: 'state-canary-61' });
    mend(office.company);
    const back = { id_token_hint: hint, post_logout_redirect_uri: bye, state: 'state-canary-61' };
    expect((await leave(browser, back)).kind).toBe('left');
    const log = office.company.log.join('\n');
    const kept = JSON.stringify(await itemsAtRest(office.company, 'GrantsTable'));
    for (const canary of [...office.idp.given, hint, hint.slice(0, 60), 'state-canary-61']) {
      expect([log.includes(canary), kept.includes(canary)]).toEqual([false, false]);
    }
  });
});
