import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import { type Answer, drive } from '../support/driver.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import {
  answerTo,
  deskAt,
  eventsSince,
  hosted,
  pageOf,
  press,
  requestOf,
  signIn,
  toldClient,
  upToCallback,
} from '../support/people.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();

/** Instants are whole seconds: what begins in the second of an end is over with it. */
function nextSecond(): void {
  company.run.clock.advance(1);
}

async function redeemed(browser: Browser, user = 'alice', changes = {}): Promise<Answer['body']> {
  nextSecond();
  const told = await signIn(requestOf(company, changes), { browser, user });
  const answer = await deskAt(drive(company)).redeem(told.get('code') ?? '');
  expect(answer.status).toBe(200);
  return answer.body;
}

function personOf(tokens: Answer['body']): string {
  return String(decodeJwt(String(tokens['access_token'])).sub);
}

function refresh(tokens: Answer['body']): Promise<Answer> {
  return deskAt(drive(company)).refresh(tokens['refresh_token']);
}

function show(person: string): Promise<Answer> {
  return drive(company).admin('GET', `people/${person}`);
}

function end(person: string): Promise<Answer> {
  return drive(company).admin('POST', `people/${person}/end`);
}

/** How many upstream tokens are kept of the person. */
async function keptUpstream(person: string): Promise<number> {
  return (await itemsAtRest(company, 'VaultTable')).filter((item) => item['person']?.S === person).length;
}

/** Whether the consent page comes, which a session with a remembered consent spares. */
async function isAsked(browser: Browser): Promise<boolean> {
  const arrival = await browser.open(requestOf(company), new URL(hosted));
  return arrival.kind === 'page' && arrival.page.url.origin === company.issuer;
}

describe('a person, for operators', () => {
  verifies('vestibule:person-shown', 'is shown with what they granted and what is live of it', async () => {
    const tokens = await redeemed(createBrowser());
    const { status, body } = await show(personOf(tokens));
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        ...{ id: personOf(tokens), idp: 'demo', name: 'Alice Adams', email: 'alice@example.com' },
        clients: [
          expect.objectContaining({
            ...{ client_id: 'desk', client_name: 'Desk' },
            granted: [{ resource: company.mcpUrl, scope: 'tools:read', offline: true }],
          }),
        ],
        grants: [
          expect.objectContaining({
            ...{ client_id: 'desk', resource: company.mcpUrl, scope: 'tools:read', offline: true },
            refreshable_until: expect.stringMatching(/Z$/) as string,
          }),
        ],
      }),
    ]);
    expect(body).not.toHaveProperty('sessions_ended_at');
    for (const held of ['refresh_token', 'access_token']) {
      expect(JSON.stringify(body)).not.toContain(String(tokens[held]));
    }
  });

  verifies('vestibule:person-shown', 'whose id is none is not found, shown or ended', async () => {
    const nobody = `person.${'n'.repeat(43)}`;
    const from = company.log.length;
    const ids = ['person.short', 'desk', `${nobody}x`, 'person.%2F..%2Fadmin'];
    for (const id of ids) {
      expect([id, (await show(id)).status, (await end(id)).status]).toEqual([id, 404, 404]);
    }
    const items = await itemsAtRest(company, 'GrantsTable');
    expect(items.some((item) => ids.some((id) => item['pk']?.S?.endsWith(id)))).toBe(false);
    expect(
      new Set(eventsSince(company, from).map(({ event, reason }) => `${String(event)} ${String(reason)}`)),
    ).toEqual(new Set(['person_end_refused not_found']));
  });

  verifies('vestibule:person-shown', 'is for operators, and by the right method', async () => {
    const person = personOf(await redeemed(createBrowser()));
    for (const path of [person, `${person}/end`]) {
      const init = { method: path === person ? 'GET' : 'POST' };
      expect((await fetch(`${company.issuer}/admin/people/${path}`, init)).status).toBe(403);
    }
    expect((await drive(company).admin('GET', `people/${person}/end`)).status).toBe(405);
    expect((await drive(company).admin('DELETE', `people/${person}`)).status).toBe(405);
  });
});

describe('the end of a person', () => {
  verifies(
    'vestibule:person-end',
    'ends every grant, every session and what is kept upstream, and leaves others alone',
    async () => {
      const [desk, phone, bobs] = [createBrowser(), createBrowser(), createBrowser()];
      const [first, second] = [await redeemed(desk), await redeemed(phone)];
      const others = await redeemed(bobs, 'bob');
      const person = personOf(first);
      const account = pageOf(await desk.open(new URL('/account', company.issuer)));
      expect(account.text).toContain('Alice Adams');
      const verifier = createVerifier({
        ...{ issuer: company.issuer, resource: company.mcpUrl },
        now: () => Math.floor(company.run.clock.now() / 1_000),
      });
      expect((await verifier.verify(`Bearer ${String(first['access_token'])}`)).ok).toBe(true);
      expect(await keptUpstream(person)).toBeGreaterThanOrEqual(2);
      const from = company.log.length;
      nextSecond();
      const ended = await end(person);
      expect([ended.status, ended.body]).toEqual([
        200,
        {
          ...{ id: person, known: true },
          sessions_ended_at: expect.any(String) as string,
          ended_grants: expect.any(Number) as number,
          vouched_for_after: expect.any(String) as string,
        },
      ]);
      expect(eventsSince(company, from)).toContainEqual(
        expect.objectContaining({ event: 'person_ended', person, grants: ended.body['ended_grants'] }),
      );
      for (const tokens of [first, second]) {
        expect((await refresh(tokens)).body).toMatchObject({ error: 'invalid_grant' });
      }
      // Offline verifiers hear of it from the feed of ends.
      company.run.clock.advance(30);
      expect(await verifier.verify(`Bearer ${String(first['access_token'])}`)).toMatchObject({ ok: false });
      expect((await refresh(others)).status).toBe(200);
      expect([await keptUpstream(person), await keptUpstream(personOf(others))]).toEqual([0, 1]);
      expect((await show(person)).body).toMatchObject({
        ...{ name: 'Alice Adams', grants: [], clients: [{ client_id: 'desk' }] },
        sessions_ended_at: ended.body['sessions_ended_at'],
      });
      // Neither the session that spares the consent page nor that of the account page counts any more.
      expect([await isAsked(phone), await isAsked(bobs)]).toEqual([true, false]);
      expect(pageOf(await press(desk, account, 'desk')).status).toBe(403);
      await desk.open(new URL('/account', company.issuer));
      expect(desk.hops.some(({ url }) => url.origin === company.idpUrl)).toBe(true);
      // The person is not locked out: who may sign in is for the identity provider to say.
      expect((await refresh(await redeemed(createBrowser()))).status).toBe(200);
    },
  );

  verifies('vestibule:person-end', 'is done again without harm, and never earlier than it was', async () => {
    const person = personOf(await redeemed(createBrowser()));
    nextSecond();
    expect((await end(person)).body['ended_grants']).toBeGreaterThan(0);
    company.run.clock.advance(-30);
    const again = await end(person);
    company.run.clock.advance(30);
    expect([again.status, again.body['ended_grants']]).toEqual([200, 0]);
    const ends = String((await show(person)).body['sessions_ended_at']);
    expect(Date.parse(ends)).toBeGreaterThan(Date.parse(String(again.body['sessions_ended_at'])));
    nextSecond();
  });
});

describe('what is on its way when a person is ended', () => {
  verifies(
    'vestibule:person-end-races',
    'is a sign-in: it ends without a code and without a session',
    async () => {
      const person = personOf(await redeemed(createBrowser()));
      const browser = createBrowser();
      const callback = await upToCallback(browser, requestOf(company));
      await end(person);
      const from = company.log.length;
      expect(toldClient(await answerTo(callback, browser)).get('error')).toBe('access_denied');
      expect(eventsSince(company, from)).toContainEqual(
        expect.objectContaining({ event: 'authorization_refused', reason: 'sessions_ended' }),
      );
      expect((await show(person)).body['grants']).toEqual([]);
      nextSecond();
      expect(await isAsked(browser)).toBe(true);
    },
  );

  verifies('vestibule:person-end-races', 'is a sign-in for the account page', async () => {
    const person = personOf(await redeemed(createBrowser()));
    const browser = createBrowser();
    const callback = new URL('/callback/demo', company.issuer);
    const login = pageOf(await browser.open(new URL('/account', company.issuer), callback));
    const back = await press(browser, login, 'alice', callback);
    if (back.kind !== 'left') throw new Error('no callback');
    await end(person);
    const page = pageOf(await browser.open(back.url));
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('You were signed out')]);
  });

  verifies('vestibule:person-end-races', 'is a code', async () => {
    const person = personOf(await redeemed(createBrowser()));
    nextSecond();
    const told = await signIn(requestOf(company));
    await end(person);
    const answer = await deskAt(drive(company)).redeem(told.get('code') ?? '');
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
  });

  verifies(
    'vestibule:person-end-races',
    'are redemptions, refreshes and sign-ins of that very moment',
    async () => {
      for (let round = 0; round < 4; round += 1) {
        nextSecond();
        const tokens = await redeemed(createBrowser());
        const person = personOf(tokens);
        const code = (await signIn(requestOf(company))).get('code') ?? '';
        const browsers = Array.from({ length: 3 }, () => createBrowser());
        const callbacks = await Promise.all(
          browsers.map((browser) => upToCallback(browser, requestOf(company))),
        );
        const [, signedIn, ...answers] = await Promise.all([
          end(person),
          Promise.all(callbacks.map((url, index) => answerTo(url, browsers[index]))),
          deskAt(drive(company)).redeem(code),
          ...Array.from({ length: 6 }, () => refresh(tokens)),
        ]);
        // What was given out while the end was on its way has ended with it.
        for (const { body } of answers.filter(({ status }) => status === 200)) {
          expect((await refresh(body)).body).toMatchObject({ error: 'invalid_grant' });
        }
        for (const code of signedIn.map((arrival) => toldClient(arrival).get('code'))) {
          if (code === null) continue;
          expect((await deskAt(drive(company)).redeem(code)).body).toMatchObject({ error: 'invalid_grant' });
        }
        expect((await show(person)).body['grants']).toEqual([]);
      }
    },
    60_000,
  );
});

describe('a fault of AWS', () => {
  verifies(
    'vestibule:person-end-faults',
    'at any call leaves the end of a person to be done again, and told as not done',
    async () => {
      const one = async (): Promise<Answer['body']> => {
        nextSecond();
        const tokens = await redeemed(createBrowser());
        nextSecond();
        return tokens;
      };
      const measured = personOf(await one());
      const calls = await callsDuring(company, ['Admin'], () => end(measured));
      expect(calls.map(({ target }) => target).toSorted()).toEqual([
        'dynamodb:BatchGetItem~Admin',
        'dynamodb:TransactWriteItems~Admin',
        'dynamodb:UpdateItem~Admin',
        'lambda:Invoke~Admin',
      ]);
      for (const fault of calls.flatMap(faultsAt)) {
        const tokens = await one();
        const person = personOf(tokens);
        strike(company, fault);
        const { status, headers } = await end(person);
        mend(company);
        expect([fault, [200, 503].includes(status)]).toEqual([fault, true]);
        if (status === 503) expect(headers.get('retry-after')).not.toBeNull();
        if (fault.includes('=down')) expect([fault, status]).toEqual([fault, 503]);
        if (status === 503) expect([fault, (await end(person)).status]).toEqual([fault, 200]);
        expect((await refresh(tokens)).body).toMatchObject({ error: 'invalid_grant' });
        expect((await show(person)).body['grants']).toEqual([]);
        expect([fault, await keptUpstream(person)]).toEqual([fault, 0]);
      }
    },
    240_000,
  );

  verifies(
    'vestibule:person-end-faults',
    'where a session is looked at believes none, and gives nobody a code',
    async () => {
      const browser = createBrowser();
      const tokens = await redeemed(browser);
      strike(company, 'dynamodb:BatchGetItem~Authorization=down@*');
      const broken = pageOf(await browser.open(requestOf(company), new URL(hosted)));
      expect([broken.status, broken.headers.get('retry-after')]).toEqual([503, '1']);
      mend(company);
      const callback = await upToCallback(browser, requestOf(company));
      await end(personOf(tokens));
      strike(company, 'dynamodb:BatchGetItem~Authorization=down@*');
      const page = pageOf(await answerTo(callback, browser));
      expect(page.status).toBe(503);
      mend(company);
      // Its code never left the deployment, and is over in a minute.
      company.run.clock.advance(61);
      expect((await show(personOf(tokens))).body['grants']).toEqual([]);
    },
  );
});
