import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { ann, loggingOutAt } from '../support/logging-out.ts';
import { eventsSince } from '../support/people.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { mend, playedOfficeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();
const { send, tokensIn, goesOn, nextSecond } = loggingOutAt(office);

describe('a logout token', () => {
  const stranger = { signing: 'stranger' } as const;
  const event = 'http://schemas.openid.net/event/backchannel-logout';

  verifies(
    'oidc-backchannel:2.6:refuses',
    'that is not one changes nothing, and its sender is told why',
    async () => {
      const tokens = await tokensIn('steady');
      const now = Math.floor(office.company.run.clock.now() / 1_000);
      const make = office.idp.logoutToken;
      const cases: readonly (readonly [words: RegExp, token: string | undefined])[] = [
        [/missing/, undefined],
        [/no signed JWT/, 'x'],
        [/no signed JWT/, 'a.b.c'],
        [/too long/, `e.${'x'.repeat(17_000)}.y`],
        [/nonce/, await make({ nonce: 'n' })],
        [/nonce/, await make({ nonce: '' })],
        [/events/, await make({ events: null })],
        [/events/, await make({ events: { [event]: true } })],
        [/events/, await make({ events: { other: {} } })],
        [/iss/, await make({ iss: 'https://elsewhere.example.com' })],
        [/iss/, await make({ iss: null })],
        [/aud/, await make({ aud: 'somebody-else' })],
        [/aud/, await make({ aud: ['a', 'b'] })],
        [/iat/, await make({ iat: now + 300, exp: now + 600 })],
        [/iat/, await make({ iat: null })],
        [/exp/, await make({ exp: null })],
        [/expired/, await make({ iat: now - 600, exp: now - 300 })],
        [/expired/, await make({ iat: now - 9_000, exp: now + 9_000 })],
        [/jti/, await make({ jti: null })],
        [/jti/, await make({ jti: 7 })],
        [/names nobody/, await make({ sub: null })],
        [/names nobody/, await make({ sub: 12, sid: '' })],
        [/typ/, await make({}, { typ: 'at+jwt' })],
        [/typ/, await make({}, { typ: 'secevent+jwt' })],
      ];
      for (const [words, token] of cases) {
        const { status, body, headers } = await send(token);
        expect([String(words), status, body]).toEqual([
          String(words),
          400,
          { error: 'invalid_request', error_description: expect.stringMatching(words) as string },
        ]);
        expect(headers.get('cache-control')).toBe('no-store');
      }
      for (const signing of ['stranger', 'none', 'HS256'] as const) {
        office.idp.play({ ...ann(), signing });
        const { status, body } = await send(await make());
        expect([signing, status, body['error']]).toEqual([signing, 400, 'invalid_request']);
      }
      office.idp.play(ann('steady'));
      expect(await goesOn(tokens)).toBe(true);
    },
  );

  verifies('oidc-backchannel:2.6:refuses', 'is posted once, to the provider that it is of', async () => {
    const token = await office.idp.logoutToken();
    expect((await send(token, 'other')).status).toBe(404);
    expect((await send(token, 'demo', `&logout_token=${token}`)).status).toBe(400);
    expect(
      (await fetch(`${office.company.issuer}/backchannel-logout/demo?logout_token=${token}`)).status,
    ).toBe(405);
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await fetch(`${office.company.issuer}/backchannel-logout/demo`, json)).status).toBe(400);
  });

  verifies(
    'oidc-backchannel:2.6:jti',
    'that is sent again is answered as before and ends nothing more, and one of the same name is refused',
    async () => {
      const jti = randomUUID();
      const token = await office.idp.logoutToken({ jti });
      expect((await send(token)).status).toBe(200);
      const tokens = await tokensIn('after');
      nextSecond();
      const from = office.company.log.length;
      const again = await send(token);
      expect([again.status, again.text]).toEqual([200, '']);
      expect(eventsSince(office.company, from).map(({ event }) => event)).toEqual([
        'upstream_logout_repeated',
      ]);
      const other = await send(await office.idp.logoutToken({ jti, sid: 'after' }));
      expect([other.status, other.body['error_description']]).toEqual([
        400,
        expect.stringContaining('used before'),
      ]);
      expect(await goesOn(tokens)).toBe(true);
      const idToken = office.idp.given.findLast((value) => value.split('.').length === 3);
      expect((await send(idToken)).status).toBe(400);
      expect(await goesOn((await office.redeem(await office.code())).body)).toBe(true);
    },
  );

  verifies(
    'oidc-backchannel:2.6:jti',
    'that is sent many times at once ends what it ends, and each is told so',
    async () => {
      const tokens = await tokensIn('crowd');
      nextSecond();
      const token = await office.idp.logoutToken();
      const answers = await Promise.all(Array.from({ length: 12 }, () => send(token)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(await goesOn(tokens)).toBe(false);
    },
  );

  verifies(
    'oidc-backchannel:2.6:jti',
    'is one of many with one name that come at once, and no more than one is told that it counts',
    async () => {
      const jti = randomUUID();
      const make = (_: unknown, index: number) => office.idp.logoutToken({ jti, sid: `s-${index}` });
      const tokens = await Promise.all(Array.from({ length: 8 }, make));
      const answers = await Promise.all(tokens.map((token) => send(token)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    },
  );

  verifies(
    'vestibule:upstream-logout-strangers',
    'of strangers has the keys fetched once in half a minute',
    async () => {
      await send(await office.idp.logoutToken());
      office.company.run.clock.advance(31);
      const fetches = () => office.idp.requests.filter(({ path }) => path === '/jwks').length;
      const before = fetches();
      office.idp.play({ ...ann(), ...stranger });
      for (let index = 0; index < 6; index += 1) {
        const kid = `made-up-${index}`;
        expect((await send(await office.idp.logoutToken({}, { kid }))).status).toBe(400);
      }
      // One for each instance at most.
      expect(fetches() - before).toBeLessThanOrEqual(3);
      office.company.run.clock.advance(31);
      office.idp.play(ann());
      office.idp.rotateKeys();
      expect((await send(await office.idp.logoutToken())).status).toBe(200);
    },
  );

  verifies('vestibule:upstream-logout-strangers', 'leaves no trace of itself in logs', async () => {
    await send(await office.idp.logoutToken({ sid: 'sid-canary-7f' }));
    office.idp.play({ ...ann(), ...stranger });
    await send(await office.idp.logoutToken({ sid: 'sid-canary-7f', jti: 'jti-canary-7f' }));
    const log = office.company.log.join('\n');
    for (const canary of [...office.idp.given, 'sid-canary-7f', 'jti-canary-7f'])
      expect(log).not.toContain(canary);
    expect(JSON.stringify(await itemsAtRest(office.company, 'GrantsTable'))).not.toMatch(/(sid|jti)-canary/);
  });
});

describe('while something is down', () => {
  verifies(
    'vestibule:upstream-logout-faults',
    'keys out of reach are a 503, and the same token works after',
    async () => {
      const tokens = await tokensIn('patient');
      nextSecond();
      office.company.run.clock.advance(601);
      office.idp.play({ ...ann('patient'), down: ['/jwks'] });
      const token = await office.idp.logoutToken();
      const told = await send(token);
      expect([told.status, told.body['error']]).toEqual([503, 'temporarily_unavailable']);
      expect(told.headers.get('retry-after')).not.toBeNull();
      office.idp.play(ann('patient'));
      expect((await send(token)).status).toBe(200);
      expect(await goesOn(tokens)).toBe(false);
    },
  );

  verifies(
    'vestibule:upstream-logout-faults',
    'whichever call of AWS fails, the provider is told, and the same token ends the rest',
    async () => {
      await tokensIn('measured');
      nextSecond();
      const measured = await office.idp.logoutToken({ sid: 'measured' });
      const calls = await callsDuring(office.company, ['Authorization'], () => send(measured));
      const targets = calls.map(({ target }) => target.replace('~Authorization', ''));
      expect(targets).toEqual(
        expect.arrayContaining([
          ...['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem'],
          ...['dynamodb:TransactWriteItems', 'lambda:Invoke'],
        ]),
      );
      for (const fault of calls.flatMap(faultsAt)) {
        const tokens = await tokensIn('struck');
        nextSecond();
        const token = await office.idp.logoutToken({ sid: 'struck' });
        strike(office.company, fault);
        const { status } = await send(token);
        mend(office.company);
        expect([fault, [200, 503].includes(status)]).toEqual([fault, true]);
        // Even where only the reply to the mark was lost, and all is done.
        if (status === 503) expect([fault, (await send(token)).status]).toEqual([fault, 200]);
        expect([fault, await goesOn(tokens)]).toEqual([fault, false]);
      }
    },
    180_000,
  );
});
