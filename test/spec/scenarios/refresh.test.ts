import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { app, type Desk, openDesk } from '../support/desk.ts';
import { type Answer, basic } from '../support/driver.ts';
import type { GrantedCode, Wish } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { publicApp, registering } from '../support/registering.ts';
import { verifies } from '../verifies.ts';

let desk: Desk;
let server: Readonly<Record<string, string>>;

const day = 86_400;

beforeAll(async () => {
  desk = await openDesk();
  await desk.registerApp('other-app');
  server = basic('demo-server', await desk.deployment.secretOf('demo-server'));
});

afterAll(() => desk.close());

interface Family {
  readonly granted: GrantedCode;
  readonly first: string;
  readonly accessToken: string;
}

/** A family whose first token was just given. */
async function newFamily(wish: Partial<Wish> = {}): Promise<Family> {
  const granted = await desk.newCode(wish);
  const { body } = await desk.redeem(granted, app);
  return { granted, first: String(body['refresh_token']), accessToken: String(body['access_token']) };
}

const refreshTokenOf = ({ body }: Answer): string => String(body['refresh_token']);
const refused = (answer: Answer): readonly unknown[] => [answer.status, answer.body['error']];
const invalidGrant = [400, 'invalid_grant'];

async function isActive(token: string): Promise<unknown> {
  const body = new URLSearchParams({ token });
  return (await desk.client.send('/introspect', { method: 'POST', headers: server, body })).body['active'];
}

async function expectAlive(token: string, clientId = app): Promise<string> {
  const answer = await desk.refresh(token, clientId);
  expect(answer, answer.text).toMatchObject({ status: 200 });
  return refreshTokenOf(answer);
}

describe('a refresh token', () => {
  verifies('rfc6749:6:refresh', 'gets a token and its own successor, each time', async () => {
    const { first, accessToken } = await newFamily();
    const seen = new Set([first]);
    let token = first;
    for (let turn = 0; turn < 5; turn += 1) {
      desk.deployment.run.clock.advance(61);
      const answer = await desk.refresh(token, app);
      expect(answer).toMatchObject({
        status: 200,
        body: { token_type: 'Bearer', expires_in: 900, scope: 'tools:read' },
      });
      const claims = decodeJwt(String(answer.body['access_token']));
      const { sub, aud, grant_id } = decodeJwt(accessToken);
      expect(claims).toMatchObject({ sub, aud, grant_id, client_id: app });
      token = refreshTokenOf(answer);
      expect(seen.has(token)).toBe(false);
      seen.add(token);
    }
  });

  verifies('IX-43', 'gets one successor for two hundred who use it at once', async () => {
    const { first } = await newFamily();
    const answers = await Promise.all(Array.from({ length: 200 }, () => desk.refresh(first, app)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const [successor = '', ...more] = new Set(answers.map(refreshTokenOf));
    expect(more).toEqual([]);
    await expectAlive(successor);
  });

  verifies('IX-43', 'leads to the newest, where its successors were used already', async () => {
    const { first } = await newFamily();
    const second = await expectAlive(first);
    const third = await expectAlive(second);
    desk.deployment.run.clock.advance(45);
    expect(await expectAlive(first)).toBe(third);
    expect(await expectAlive(second)).toBe(third);
    await expectAlive(third);
  });

  verifies(
    ['rfc9700:4.14.2:replay', 'IX-42'],
    'that is used after its minute ends the family, and the access tokens with it',
    async () => {
      const { first, accessToken, granted } = await newFamily();
      const second = await expectAlive(first);
      expect(await isActive(accessToken)).toBe(true);
      desk.deployment.run.clock.advance(61);
      const answer = await desk.refresh(first, app);
      expect(refused(answer)).toEqual(invalidGrant);
      expect(answer.body['error_description']).toContain('was replaced before');
      const after = await desk.refresh(second, app);
      expect(refused(after)).toEqual(invalidGrant);
      expect(after.body['error_description']).toContain('used after it had been replaced');
      expect(await isActive(accessToken)).toBe(false);
      expect((await desk.grants.find(granted.grantId))?.ended?.reason).toBe('refresh_token_replayed');
    },
  );

  verifies(
    ['rfc6749:6:bound', 'vestibule:strangers-change-nothing', 'IX-42'],
    'is refused to everybody else, who change nothing',
    async () => {
      const { first } = await newFamily();
      const second = await expectAlive(first);
      desk.deployment.run.clock.advance(90);
      const [grant = '', family = '', generation = '', secret = ''] = second.split('.');
      const guess = 'x'.repeat(43);
      for (const [token, clientId] of [
        [second, 'other-app'],
        [first, 'other-app'],
        [`${grant}.${guess}.${generation}.${secret}`, app],
        [`${grant}.${guess}.1.${guess}`, app],
        [`${'x'.repeat(22)}.${family}.${generation}.${secret}`, app],
        [`${second} `, app],
        ['garbage', app],
      ] as const) {
        const answer = await desk.refresh(token, clientId);
        expect([token, ...refused(answer)]).toEqual([token, ...invalidGrant]);
      }
      const missing = await desk.client.token({ grant_type: 'refresh_token', client_id: app });
      expect(refused(missing)).toEqual([400, 'invalid_request']);
      await expectAlive(second);
    },
  );

  verifies('vestibule:refresh-lifetimes', 'dies when it is idle for too long', async () => {
    const { first } = await newFamily();
    desk.deployment.run.clock.advance(29 * day);
    const second = await expectAlive(first);
    desk.deployment.run.clock.advance(30 * day);
    const answer = await desk.refresh(second, app);
    expect(refused(answer)).toEqual(invalidGrant);
    expect(answer.body['error_description']).toContain('has expired');
  });

  verifies('vestibule:refresh-lifetimes', 'dies at its time, however much it is used', async () => {
    let { first: token } = await newFamily();
    for (let turn = 0; turn < 4; turn += 1) {
      desk.deployment.run.clock.advance(22 * day);
      token = await expectAlive(token);
    }
    desk.deployment.run.clock.advance(2 * day);
    expect(refused(await desk.refresh(token, app))).toEqual(invalidGrant);
  });

  verifies(
    ['rfc6749:6:scope', 'rfc8707:2.2:granted-resource'],
    'narrows one token and not the grant, and widens nothing',
    async () => {
      const { first } = await newFamily({ scope: ['tools:read', 'tools:write'] });
      const less = await desk.refresh(first, app, { scope: 'tools:read', resource: `${desk.demo}/` });
      expect(less).toMatchObject({ status: 200, body: { scope: 'tools:read' } });
      const token = refreshTokenOf(less);
      for (const [more, error] of [
        [{ scope: 'tools:read tools:admin' }, 'invalid_scope'],
        [{ scope: 'tools:read  tools:write' }, 'invalid_scope'],
        [{ resource: 'https://other.example/mcp' }, 'invalid_target'],
      ] as const) {
        expect(refused(await desk.refresh(token, app, more))).toEqual([400, error]);
      }
      expect((await desk.refresh(token, app)).body['scope']).toBe('tools:read tools:write');
    },
  );

  verifies('AS-33', 'is not given where the grant is for the moment only', async () => {
    const granted = await desk.newCode({ offline: false });
    const { status, body } = await desk.redeem(granted, app);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('refresh_token');
  });

  verifies(
    'vestibule:refresh-entitlement',
    'gives nothing while something it rests on is disabled, and goes on after',
    async () => {
      let { first: token } = await newFamily();
      for (const [path, error] of [
        ['resources/demo', 'invalid_target'],
        ['idps/demo', 'unauthorized_client'],
        [`clients/${app}`, 'invalid_client'],
      ] as const) {
        await desk.client.admin('POST', `${path}/disable`);
        desk.client.letCachesExpire();
        const answer = await desk.refresh(token, app);
        expect([path, answer.body['error']]).toEqual([path, error]);
        await desk.client.admin('POST', `${path}/enable`);
        desk.client.letCachesExpire();
      }
      token = await expectAlive(token);
      const ofLess = await newFamily({
        scope: ['tools:read', 'tools:write'],
        person: { roles: ['everyone'] },
      });
      const narrowed = await desk.refresh(ofLess.first, app);
      expect(narrowed).toMatchObject({ status: 200, body: { scope: 'tools:read' } });
      const ofNothing = await newFamily({ person: { roles: ['gone'] } });
      expect(refused(await desk.refresh(ofNothing.first, app))).toEqual([400, 'invalid_scope']);
    },
  );
});

describe('a client that nobody declared', () => {
  verifies(
    'vestibule:refresh-entitlement',
    'gets nothing at a resource that is closed to it since',
    async () => {
      const { body } = await registering(desk.client).register(publicApp('Guest'));
      const guest = String(body['client_id']);
      const scopes = [{ name: 'use', description: 'Use it' }];
      const closing = { id: 'closing', uri: 'https://closing.example.com/mcp', name: 'Closing', scopes };
      await desk.client.register('resources', closing);
      const redeemed = async (clientId: string): Promise<unknown> => {
        desk.client.letCachesExpire();
        const granted = await desk.code({ clientId, resource: closing.uri, scope: ['use'] });
        const answer = await desk.redeem(granted, clientId);
        return answer.body['error'] ?? answer.status;
      };
      expect(await redeemed(guest)).toBe(200);
      await desk.client.admin('PUT', 'resources/closing', { ...closing, clients: 'declared' });
      expect(await redeemed(guest)).toBe('invalid_target');
      expect(await redeemed(app)).toBe(200);
    },
  );
});

describe('a client that gives a refresh token back', () => {
  verifies(
    ['rfc7009:2.1:refresh-token', 'rfc7009:2.1:own-tokens-only'],
    'ends the family and its access tokens; a stranger ends nothing',
    async () => {
      const { first, accessToken } = await newFamily();
      const revoke = (token: string, client_id: string): Promise<Answer> =>
        desk.client.send('/revoke', { method: 'POST', body: new URLSearchParams({ token, client_id }) });
      expect((await revoke(first, 'other-app')).status).toBe(200);
      expect((await revoke(`${first.slice(0, -4)}AAAA`, 'other-app')).status).toBe(200);
      const second = await expectAlive(first);
      expect(await isActive(accessToken)).toBe(true);
      expect(await isActive(second)).toBe(false);
      expect(await revoke(first, app)).toMatchObject({ status: 200, text: '{}' });
      const answer = await desk.refresh(second, app);
      expect(refused(answer)).toEqual(invalidGrant);
      expect(answer.body['error_description']).toContain('the client revoked it');
      expect(await isActive(accessToken)).toBe(false);
      expect((await revoke(first, app)).status).toBe(200);
    },
  );
});

describe('a grant that has ended', () => {
  verifies('vestibule:refusals-explained', 'tells operators why, with each refusal', async () => {
    const stolen = await newFamily();
    await expectAlive(stolen.first);
    desk.deployment.run.clock.advance(61);
    await desk.refresh(stolen.first, app);
    const revoked = await newFamily();
    const form = { token: revoked.first, client_id: app };
    await desk.client.send('/revoke', { method: 'POST', body: new URLSearchParams(form) });
    for (const [{ first, granted }, detail] of [
      [stolen, 'refresh_token_replayed'],
      [revoked, 'revoked'],
    ] as const) {
      const from = desk.deployment.log.length;
      await desk.refresh(first, app);
      await desk.redeem(granted, app);
      const { grantId } = granted;
      const refusal = { event: 'token_refused', reason: 'grant_ended', grantId, detail };
      expect(eventsSince(desk.deployment, from)).toMatchObject([refusal, refusal]);
    }
  });
});
