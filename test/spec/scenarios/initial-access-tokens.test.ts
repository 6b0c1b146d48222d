import { afterAll, beforeAll, describe, expect } from 'vitest';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { publicApp, type Registering, registering } from '../support/registering.ts';
import { verifies } from '../verifies.ts';

const callback = 'https://app.example.com/cb';

let deployment: TestDeployment;
let operator: Driver;
let clients: Registering;
let canaries: string[];

beforeAll(async () => {
  deployment = await startDeployment({
    config: {
      ...exampleConfig,
      registration: { mode: 'initial_access_token', perAddress: { perSecond: 1, burst: 1 } },
    },
  });
  operator = drive(deployment);
  clients = registering(operator);
  canaries = [];
});

afterAll(() => deployment.stop());

async function aToken(change: object = {}): Promise<{ readonly id: string; readonly value: string }> {
  const asked = { name: 'Team', expires_in: 3_600, ...change };
  const { status, body } = await operator.admin('POST', 'registration-tokens', asked);
  if (status !== 201) throw new Error(`no token: ${status}`);
  const value = String(body['initial_access_token']);
  canaries.push(value, value.split('.')[1] ?? '');
  return { id: String(body['id']), value };
}

async function usedOf(id: string): Promise<unknown> {
  const { body } = await operator.admin('GET', 'registration-tokens?limit=100');
  const tokens = body['registration_tokens'] as { id: string; used?: number }[];
  return tokens.find((token) => token.id === id)?.used;
}

/** The clients that name the token. */
async function cameBy(id: string): Promise<readonly unknown[]> {
  const { body } = await operator.admin('GET', 'clients?limit=100');
  const listed = body['clients'] as { registration_token?: string }[];
  return listed.filter(({ registration_token: token }) => token === id);
}

function refusalOf({ status, headers, body }: Answer): readonly unknown[] {
  return [status, body['error'], headers.get('www-authenticate'), body['error_description']];
}

const invalid = 'Bearer error="invalid_token"';

describe('registration by initial access tokens', () => {
  verifies(
    'rfc7591:3:initial-access-token',
    'refuses whoever has no live token, and says what to do',
    async () => {
      const { id, value } = await aToken();
      const [one, short] = [await aToken(), await aToken({ expires_in: 60 })];
      for (const presented of [
        undefined,
        'no.token',
        `${id}.${'x'.repeat(43)}`,
        `${one.id}${value.slice(15)}`,
        id,
      ]) {
        const refused = await clients.register(publicApp('Stranger'), presented);
        const isMissing = presented === undefined;
        expect(refusalOf(refused)).toEqual([
          401,
          'invalid_token',
          isMissing ? 'Bearer' : invalid,
          expect.stringContaining('ask the operators'),
        ]);
        expect(refused.headers.get('access-control-allow-origin')).toBe('*');
      }
      const garbled = await operator.send('/register', { method: 'POST', body: 'no JSON' });
      expect(garbled.status).toBe(401);
      expect((await clients.register(publicApp('Guest'), short.value)).status).toBe(201);
      deployment.run.clock.advance(60);
      expect(refusalOf(await clients.register(publicApp('Late'), short.value))).toEqual([
        401,
        'invalid_token',
        invalid,
        expect.stringContaining('expired'),
      ]);
      expect((await clients.register(publicApp('Guest'), value)).status).toBe(201);
      expect((await operator.admin('DELETE', `registration-tokens/${id}`)).status).toBe(204);
      expect(refusalOf(await clients.register(publicApp('Guest'), value))[3]).toContain('removed');
      expect((await operator.admin('DELETE', `registration-tokens/${id}`)).status).toBe(404);
    },
  );

  verifies(
    ['vestibule:initial-access-token-record', 'rfc7592:2:token', 'rfc7592:2.3:delete'],
    'gives each client a record of its own, which names the token, outlives it and is managed by its client',
    async () => {
      const { id, value } = await aToken();
      const [first, second] = [
        await clients.register(publicApp('Twin'), value),
        await clients.register(publicApp('Twin'), value),
      ];
      expect(first.body).not.toHaveProperty('client_secret');
      expect(second.body['client_id']).not.toBe(first.body['client_id']);
      const secretive = await clients.register({ redirect_uris: [callback] }, value);
      expect(secretive.body['client_secret']).toBeTypeOf('string');
      await operator.admin('DELETE', `registration-tokens/${id}`);
      const clientId = String(first.body['client_id']);
      expect((await operator.admin('GET', `clients/${clientId}`)).body['registration_token']).toBe(id);
      expect(await clients.isKnown(clientId)).toBe(true);
      const access = first.body['registration_access_token'];
      const change = { ...publicApp('Renamed'), client_id: clientId };
      expect((await clients.manage('PUT', first, access, change)).body['client_name']).toBe('Renamed');
      expect((await operator.admin('GET', `clients/${clientId}`)).body['registration_token']).toBe(id);
      expect((await clients.manage('DELETE', first, second.body['registration_access_token'])).status).toBe(
        401,
      );
      expect((await clients.manage('DELETE', first, access)).status).toBe(204);
      expect(await clients.isKnown(second.body['client_id'])).toBe(true);
      expect(deployment.log.join('\n')).toContain(`"registrationTokenId":"${id}"`);
    },
  );

  verifies(
    'vestibule:initial-access-token-uses',
    'registers exactly as many as a token is for, of hundreds at once',
    async () => {
      const { id, value } = await aToken({ uses: 3 });
      for (const bad of [{}, { redirect_uris: ['ftp://x'] }, 'text']) {
        expect((await clients.register(bad, value)).status).toBe(400);
      }
      expect(await usedOf(id)).toBe(0);
      const crowd = await Promise.all(
        Array.from({ length: 200 }, (_, at) => clients.register(publicApp(`Crowd ${at}`), value)),
      );
      const registered = crowd.filter(({ status }) => status === 201);
      expect(registered).toHaveLength(3);
      expect(crowd.filter(({ status }) => status === 401)).toHaveLength(197);
      expect(refusalOf(await clients.register(publicApp('Last'), value))[3]).toContain('as many clients');
      expect(await usedOf(id)).toBe(3);
      expect(await cameBy(id)).toHaveLength(3);
    },
  );

  verifies(
    'vestibule:initial-access-token-uses',
    'counts no use without a client and no client twice, whatever fails on the way',
    async () => {
      const { faults } = deployment.run.cloud;
      for (const operation of ['dynamodb:GetItem', 'dynamodb:TransactWriteItems']) {
        for (const fault of ['timeout@1', 'crash@1', 'throttle@1', 'throttle@1-9', 'down@1-9']) {
          const { id, value } = await aToken({ uses: 1 });
          faults.clear();
          faults.add(`${operation}~Registration=${fault}`);
          const first = await clients.register(publicApp(`${operation} ${fault}`), value);
          faults.clear();
          const expected = { '@1-9': 503, crash: 500 };
          const [, status = 201] = Object.entries(expected).find(([part]) => fault.includes(part)) ?? [];
          expect([fault, first.status]).toEqual([fault, status]);
          const used = await usedOf(id);
          expect(used).toBe((await cameBy(id)).length);
          // A function that dies once all is written takes the reply along; nothing else costs a use.
          const isLost = fault === 'crash@1' && operation === 'dynamodb:TransactWriteItems';
          expect(used).toBe(status === 201 || isLost ? 1 : 0);
          const second = await clients.register(publicApp('Again'), value);
          expect(second.status).toBe(used === 1 ? 401 : 201);
          expect(await usedOf(id)).toBe(1);
        }
      }
      const { value } = await aToken();
      faults.add('dynamodb:TransactWriteItems~Registration=timeout@1');
      expect((await clients.register(publicApp('Unlimited'), value)).status).toBe(201);
      faults.clear();
      faults.add('dynamodb:PutItem~Admin=timeout@1,dynamodb:DeleteItem~Admin=timeout@1');
      const { id } = await aToken();
      expect((await operator.admin('DELETE', `registration-tokens/${id}`)).status).toBe(204);
      faults.clear();
    },
  );

  verifies('rfc7591:3:initial-access-token', 'writes no token into any log or event', () => {
    const log = deployment.log.join('\n');
    expect(log).toContain('initial_access_token_expired');
    expect(log).toContain('initial_access_token_spent');
    expect(canaries.length).toBeGreaterThan(20);
    for (const canary of canaries) expect(log).not.toContain(canary);
  });
});
