import { randomUUID } from 'node:crypto';

import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';

import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { newKeyClient, newSecretClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

type Credentials = Readonly<Record<string, string>>;

/** Every instance of a function serves two requests of a caller without asking; there are at most eight. */
const limit = { perSecond: 1, burst: 20 };
const most = limit.burst + 8 * 2;

let deployment: TestDeployment;
let client: Driver;
let demo: string;
let clients = 0;

beforeAll(async () => {
  deployment = await startDeployment({
    // With all that is watched in production: the local run takes it, and makes nothing of it.
    config: { ...exampleConfig, limits: { perClient: limit, perAddress: limit }, alarms: {} },
  });
  client = drive(deployment);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

beforeEach(() => {
  // Long enough for every bucket to be full again.
  deployment.run.clock.advance(60);
});

const catalogue = (): readonly { readonly resource: string; readonly required: readonly string[] }[] => [
  { resource: demo, required: ['tools:read'] },
];

async function newClient(): Promise<Credentials> {
  clients += 1;
  const credentials = await newSecretClient(client, `caller-${clients}`, catalogue());
  client.letCachesExpire();
  return credentials;
}

const ask = (as: Credentials): Promise<Answer> =>
  client.token({ grant_type: 'client_credentials', resource: demo }, as);
const post = (path: string, as: Credentials): Promise<Answer> =>
  client.send(path, { method: 'POST', body: new URLSearchParams({ token: 'x' }), headers: as });
const authorize = (): Promise<Answer> => client.get('/authorize?client_id=x', { accept: 'application/json' });

async function flood(times: number, send: () => Promise<Answer>): Promise<readonly Answer[]> {
  const started = Date.now();
  const answers = await Promise.all(Array.from({ length: times }, send));
  const seconds = Math.ceil((Date.now() - started) / 1000) + 1;
  const served = answers.filter(({ status }) => status !== 429);
  expect(served.length).toBeLessThanOrEqual(most + seconds * limit.perSecond);
  return answers;
}

const refused = (answers: readonly Answer[]): readonly Answer[] =>
  answers.filter(({ status }) => status === 429);

function eventsOf(log: readonly string[], reason: string): readonly string[] {
  return log.filter((line) => line.includes(`"reason":"${reason}"`));
}

describe('a client over its limit', () => {
  verifies(
    ['rfc6585:4:too-many-requests', 'vestibule:limit-per-client'],
    'is told to wait, and another on the same route is served',
    async () => {
      const [busy, quiet] = [await newClient(), await newClient()];
      const answers = await flood(200, () => ask(busy));
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(limit.burst / 2);
      for (const answer of refused(answers)) {
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(answer.headers.get('access-control-allow-origin')).toBe('*');
        expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
        expect(answer.body).toEqual({
          error: 'too_many_requests',
          error_description: expect.stringMatching(
            /^the client asks more often than 1 times a second/,
          ) as unknown,
        });
      }
      for (let nth = 0; nth < 5; nth += 1) expect((await ask(quiet)).status).toBe(200);
      deployment.run.clock.advance(5);
      expect((await ask(busy)).status).toBe(200);
    },
    60_000,
  );

  verifies(
    ['vestibule:limit-per-client', 'vestibule:limit-burns-nothing'],
    'is refused at introspection and revocation, too, with one audit event each',
    async () => {
      const server = basic('demo-server', await deployment.secretOf('demo-server'));
      for (const path of ['/introspect', '/revoke']) {
        deployment.run.clock.advance(60);
        const before = eventsOf(deployment.log, 'too_many_requests').length;
        const answers = await flood(120, () => post(path, server));
        expect(refused(answers).length).toBeGreaterThan(0);
        expect(eventsOf(deployment.log, 'too_many_requests').length - before).toBe(refused(answers).length);
      }
    },
    60_000,
  );

  verifies(
    'vestibule:limit-burns-nothing',
    'may send the same assertion again',
    async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const jwks = { keys: [await exportJWK(publicKey)] };
      const id = await newKeyClient(client, 'keyed', catalogue(), { jwks });
      client.letCachesExpire();
      const assertion = (): Promise<string> => {
        const now = Math.floor(deployment.run.clock.now() / 1000);
        const claims = { iss: id, sub: id, aud: client.issuer, jti: randomUUID(), exp: now + 300 };
        return new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
      };
      const present = (client_assertion: string): Promise<Answer> =>
        client.token({
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion,
        });
      const assertions = await Promise.all(Array.from({ length: 120 }, assertion));
      const answers = await Promise.all(assertions.map(present));
      const first = answers.findIndex(({ status }) => status === 429);
      expect(first).toBeGreaterThanOrEqual(0);
      deployment.run.clock.advance(60);
      expect((await present(assertions[first]!)).status).toBe(200);
    },
    60_000,
  );
});

describe('an address over its limit', () => {
  verifies(
    ['rfc6585:4:too-many-requests', 'vestibule:limit-per-address'],
    'is told so before anything of its request is proven',
    async () => {
      const wrong = basic('planner-client', 'wrong');
      for (const send of [
        () => ask(wrong),
        () => post('/introspect', wrong),
        () => post('/revoke', wrong),
        authorize,
      ]) {
        deployment.run.clock.advance(60);
        const before = eventsOf(deployment.log, 'too_many_requests').length;
        const answers = await flood(120, send);
        const told = refused(answers);
        expect(told.length).toBeGreaterThan(0);
        expect(told[0]!.body).toMatchObject({ error: 'too_many_requests' });
        expect(Number(told[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(eventsOf(deployment.log, 'too_many_requests').length - before).toBe(told.length);
      }
    },
    120_000,
  );

  verifies(
    'vestibule:limit-not-exhausted-by-strangers',
    'has used up nothing of the client it named',
    async () => {
      const named = await newClient();
      await flood(120, () => ask(basic(`caller-${clients}-client`, 'wrong')));
      // The address has to wait; the client's own bucket is untouched.
      deployment.run.clock.advance(4);
      const answers = [];
      for (let nth = 0; nth < limit.burst; nth += 1) answers.push((await ask(named)).status);
      expect(new Set(answers)).toEqual(new Set([200]));
    },
    60_000,
  );

  verifies(
    'vestibule:limit-per-address',
    'is not what clients that prove themselves are counted by',
    async () => {
      const callers = [await newClient(), await newClient(), await newClient(), await newClient()];
      for (let nth = 0; nth < 15; nth += 1) {
        for (const caller of callers) expect((await ask(caller)).status).toBe(200);
      }
    },
    60_000,
  );
});

describe('limits without their store', () => {
  verifies(
    'vestibule:limit-without-store',
    'let everybody through',
    async () => {
      const caller = await newClient();
      const { faults } = deployment.run.cloud;
      for (const kind of ['throttle', 'down', 'timeout'] as const) {
        deployment.run.clock.advance(60);
        faults.add({ action: 'dynamodb:UpdateItem', kind, from: 1, to: Infinity });
        const answers = await Promise.all(Array.from({ length: 60 }, () => ask(caller)));
        faults.clear();
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      }
      expect(deployment.log.some((line) => line.includes('limits suspended'))).toBe(true);
      expect(deployment.log.filter((line) => line.includes('limits suspended')).length).toBeLessThan(60);
    },
    120_000,
  );
});
