import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Guard } from '../../../lib/index.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { parseChallenge } from '../../unit/resource-server/fixture.ts';
import { answer, basic, drive, type Answer, type Driver } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let credentials: { readonly authorization: string };

beforeAll(async () => {
  deployment = await startDeployment({ app: 'protected-apis' });
  client = drive(deployment);
  credentials = basic('buyer-client', await deployment.secretOf('buyer-client'));
});

afterAll(() => deployment.stop());

const resourcePath: Readonly<Record<Guard, string>> = { gate: '/mcp', authorizer: '', native: '/mcp' };

function originOf(guard: Guard): string {
  return deployment.run.outputs[guard] ?? '';
}

function resourceOf(guard: Guard): string {
  return `${originOf(guard)}${resourcePath[guard]}`;
}

async function tokenFor(guard: Guard, scope?: string): Promise<string> {
  const { body } = await client.token(
    { grant_type: 'client_credentials', resource: resourceOf(guard), ...(scope && { scope }) },
    credentials,
  );
  return String(body['access_token']);
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

async function call(guard: Guard, path: string, token?: string, sent: Sent = {}): Promise<Answer> {
  const headers = { ...sent.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const { body, method = 'GET' } = sent;
  return answer(
    await fetch(`${originOf(guard)}${path}`, {
      ...{ method, headers },
      ...(body && { body: new Uint8Array(body) }),
    }),
  );
}

function challengeOf({ headers }: Answer): ReturnType<typeof parseChallenge>['parameters'] {
  const { scheme, parameters } = parseChallenge(headers.get('www-authenticate') ?? undefined);
  expect(scheme).toBe('Bearer');
  return parameters;
}

const post = { method: 'POST' };

describe('the metadata on a protected API', () => {
  verifies(
    'vestibule:protected-api:metadata',
    "is the registry's, where the resource is and at the root, and readable across origins",
    async () => {
      for (const guard of ['gate', 'authorizer', 'native'] as const) {
        for (const path of [resourcePath[guard], '']) {
          const found = await call(guard, `/.well-known/oauth-protected-resource${path}`);
          expect(found.status).toBe(200);
          expect(found.headers.get('access-control-allow-origin')).toBe('*');
          expect(found.headers.get('cache-control')).toContain('max-age=60');
          expect(found.body).toMatchObject({
            resource: resourceOf(guard),
            authorization_servers: [deployment.issuer],
            scopes_supported: ['orders:read', 'orders:write'],
          });
        }
      }
      expect((await call('gate', '/.well-known/oauth-protected-resource/other')).status).toBe(404);
    },
  );
});

describe('the gate', () => {
  verifies(
    'vestibule:gate:challenge',
    'challenges whoever brings no token, with metadata and scopes and no error code',
    async () => {
      const refused = await call('gate', '/mcp', undefined, post);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('cache-control')).toBe('no-store');
      expect(challengeOf(refused)).toEqual({
        resource_metadata: `${originOf('gate')}/.well-known/oauth-protected-resource/mcp`,
        scope: 'orders:read',
      });
    },
  );

  verifies('vestibule:gate:challenge', 'says why a token is not good', async () => {
    const token = await tokenFor('gate');
    const [header, payload] = token.split('.');
    for (const bad of ['nonsense', `${header ?? ''}.${payload ?? ''}.AAAA`]) {
      const refused = await call('gate', '/orders', bad);
      expect(refused.status).toBe(401);
      expect(challengeOf(refused)).toMatchObject({ error: 'invalid_token' });
    }
    const doubled = await call('gate', '/orders', `${token}, Bearer ${token}`);
    expect([doubled.status, challengeOf(doubled)['error']]).toEqual([400, 'invalid_request']);
  });

  verifies('vestibule:gate:insufficient-scope', 'asks of each route its own scopes', async () => {
    const reader = await tokenFor('gate');
    expect((await call('gate', '/mcp', reader)).status).toBe(405);
    expect((await call('gate', '/orders', reader)).status).toBe(200);
    const refused = await call('gate', '/orders', reader, post);
    expect(refused.status).toBe(403);
    expect(challengeOf(refused)).toMatchObject({
      error: 'insufficient_scope',
      scope: 'orders:write',
      resource_metadata: `${originOf('gate')}/.well-known/oauth-protected-resource/mcp`,
    });
    const writer = await tokenFor('gate', 'orders:write');
    expect((await call('gate', '/orders', writer, post)).status).toBe(200);
    expect((await call('gate', '/mcp', writer, post)).status).toBe(403);
  });

  verifies(
    'vestibule:gate:other-resource',
    'refuses a token for another resource, one in the query and one that has expired',
    async () => {
      const foreign = await call('gate', '/orders', await tokenFor('native'));
      expect([foreign.status, challengeOf(foreign)['error']]).toEqual([401, 'invalid_token']);
      const token = await tokenFor('gate');
      const inQuery = await call('gate', `/orders?access_token=${token}`);
      expect([inQuery.status, challengeOf(inQuery)['error']]).toEqual([400, 'invalid_request']);
      deployment.run.clock.advance(15 * 60 + 6);
      const expired = await call('gate', '/orders', token);
      expect([expired.status, challengeOf(expired)['error']]).toEqual([401, 'invalid_token']);
    },
  );

  verifies(
    'vestibule:gate:other-resource',
    'refuses a token that has been revoked, within 30 seconds',
    async () => {
      const token = await tokenFor('gate');
      expect((await call('gate', '/orders', token)).status).toBe(200);
      const body = new URLSearchParams({ token });
      expect((await client.send('/revoke', { method: 'POST', headers: credentials, body })).status).toBe(200);
      deployment.run.clock.advance(30);
      const revoked = await call('gate', '/orders', token);
      expect([revoked.status, challengeOf(revoked)['error']]).toEqual([401, 'invalid_token']);
      expect((await call('gate', '/orders', await tokenFor('gate'))).status).toBe(200);
    },
  );

  verifies(
    'vestibule:gate:passes-on',
    'hands over the event with the claims, and the answer back',
    async () => {
      const token = await tokenFor('gate', 'orders:write');
      const headers = { 'content-type': 'application/octet-stream' };
      const { status, body } = await call('gate', '/orders', token, {
        ...post,
        headers,
        body: Buffer.from([1, 2]),
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        authorizer: { lambda: { client_id: 'buyer-client', agent_id: 'buyer', scope: 'orders:write' } },
        routeKey: 'POST /orders',
        token: `Bearer ${token}`,
        body: 'AQI=',
        base64: true,
      });
      const reader = await tokenFor('gate');
      const binary = await fetch(`${originOf('gate')}/orders?do=cookies`, {
        headers: { authorization: `Bearer ${reader}` },
      });
      expect([binary.status, binary.headers.get('x-own')]).toEqual([201, 'yes']);
      expect(binary.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect([...new Uint8Array(await binary.arrayBuffer())]).toEqual([0, 1, 2, 3]);
      expect((await call('gate', '/orders?do=plain', reader)).body).toEqual({ inferred: true });
    },
  );

  verifies('vestibule:gate:passes-on', 'says that a function failed, and not how', async () => {
    const failed = await call('gate', '/orders?do=throw', await tokenFor('gate'));
    expect([failed.status, failed.body['error']]).toEqual([500, 'server_error']);
    expect(failed.text).not.toContain('a defect of the customer');
    expect(deployment.log.join('\n')).toContain('protected function failed');
  });

  verifies(
    'vestibule:gate:unavailable',
    'answers 503 when Lambda is throttled, down or silent, and invokes nothing twice',
    async () => {
      const token = await tokenFor('gate');
      const invoked = (): number => deployment.run.cloud.ledger.calls().filter(isInvocation).length;
      for (const fault of ['throttle', 'down', 'timeout']) {
        deployment.run.cloud.faults.add(`lambda:Invoke=${fault}@1`);
        const before = invoked();
        const { status, headers, body } = await call('gate', '/orders', token);
        deployment.run.cloud.faults.clear();
        expect([status, body['error']]).toEqual([503, 'temporarily_unavailable']);
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(invoked() - before).toBe(1);
      }
      expect((await call('gate', '/orders', token)).status).toBe(200);
    },
  );

  verifies(
    'vestibule:gate:preflight',
    'answers preflights without a token, and no other OPTIONS',
    async () => {
      const preflight = { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } };
      for (const path of ['/mcp', '/orders']) {
        const answered = await call('gate', path, undefined, preflight);
        expect(answered.status).toBe(204);
        expect(answered.headers.get('access-control-allow-origin')).toBe('*');
        expect(answered.headers.get('access-control-allow-headers')).toContain('Authorization');
        expect(answered.headers.get('access-control-allow-methods')).toContain('DELETE');
      }
      expect((await call('gate', '/mcp', undefined, { method: 'OPTIONS' })).status).toBe(401);
      const refused = await call('gate', '/mcp');
      expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    },
  );

  verifies('vestibule:gate:audit', 'tells the audit trail who called what, and no token', async () => {
    const token = await tokenFor('gate');
    const before = deployment.log.length;
    await call('gate', '/orders', token);
    await call('gate', '/orders', token, post);
    const lines = deployment.log.slice(before);
    const events = lines.filter((line) => line.includes('"audit":{"event":"call_'));
    expect(events).toHaveLength(2);
    expect(events[0]).toMatch(/"call_admitted".*"route":"GET \/orders".*"clientId":"buyer-client"/);
    expect(events[1]).toMatch(/"call_refused".*"status":403,"reason":"insufficient_scope"/);
    expect(deployment.log.join('\n')).not.toContain(token);
  });
});

function isInvocation({ action }: { readonly action: string }): boolean {
  return action === 'lambda:Invoke';
}

describe('the Lambda authorizer', () => {
  verifies('vestibule:authorizer', 'lets a good token pass and hands its claims on', async () => {
    const { status, body } = await call('authorizer', '/orders', await tokenFor('authorizer'));
    expect(status).toBe(200);
    expect(body['authorizer']).toMatchObject({
      lambda: { aud: 'authorized-orders', agent_id: 'buyer', scope: 'orders:read' },
    });
    const writer = await tokenFor('authorizer', 'orders:write');
    expect((await call('authorizer', '/orders', writer, post)).status).toBe(200);
  });

  verifies(
    'vestibule:authorizer',
    "refuses in API Gateway's words: 401 without a token, 403 for whatever else, and no challenge",
    async () => {
      const reader = await tokenFor('authorizer');
      const answers = [
        [await call('authorizer', '/orders'), 401, 'Unauthorized'],
        [await call('authorizer', '/orders', 'nonsense'), 403, 'Forbidden'],
        [await call('authorizer', '/orders', await tokenFor('gate')), 403, 'Forbidden'],
        [await call('authorizer', '/orders', reader, post), 403, 'Forbidden'],
        [await call('authorizer', `/orders?access_token=${reader}`, reader), 403, 'Forbidden'],
      ] as const;
      for (const [refused, status, message] of answers) {
        expect([refused.status, refused.body]).toEqual([status, { message }]);
        expect(refused.headers.get('www-authenticate')).toBeNull();
      }
      expect((await call('authorizer', '/orders', undefined, { method: 'OPTIONS' })).status).toBe(204);
    },
  );
});

describe("API Gateway's own JWT authorizer", () => {
  verifies('vestibule:native-authorizer', 'lets a good token pass and hands its claims on', async () => {
    const { status, body } = await call('native', '/orders', await tokenFor('native'));
    expect(status).toBe(200);
    expect(body['authorizer']).toMatchObject({ jwt: { claims: { agent_id: 'buyer' } } });
  });

  verifies('vestibule:native-authorizer', 'refuses other audiences and scopes', async () => {
    const missing = await call('native', '/orders');
    expect([missing.status, missing.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const foreign = await call('native', '/orders', await tokenFor('gate'));
    expect(foreign.status).toBe(401);
    expect(foreign.headers.get('www-authenticate')).toContain('the token does not have a valid audience');
    expect((await call('native', '/orders', await tokenFor('native'), post)).status).toBe(403);
    expect((await call('native', '/orders', undefined, { method: 'OPTIONS' })).status).toBe(204);
  });
});

describe('when nobody can say which keys are the issuer’s', () => {
  verifies(
    ['vestibule:gate:unavailable', 'vestibule:authorizer'],
    'nobody is told that a token is bad',
    async () => {
      deployment.run.clock.advance(3 * 60 * 60);
      const tokens = { gate: await tokenFor('gate'), authorizer: await tokenFor('authorizer') };
      deployment.run.cloud.faults.add('dynamodb:BatchGetItem~AuthDiscovery=down@*');
      const refused = await call('gate', '/orders', tokens.gate);
      const failed = await call('authorizer', '/orders', tokens.authorizer);
      deployment.run.cloud.faults.clear();
      expect([refused.status, refused.body['error']]).toEqual([503, 'temporarily_unavailable']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect([failed.status, failed.body]).toEqual([500, { message: 'Internal Server Error' }]);
      deployment.run.clock.advance(10);
      // The SDK learns from a first, refused call that the clock has moved by hours.
      await call('gate', '/orders', tokens.gate);
      expect((await call('gate', '/orders', tokens.gate)).status).toBe(200);
    },
  );
});

describe('a protected API whose resource is gone', () => {
  verifies('vestibule:protected-api:metadata', 'has no metadata any more', async () => {
    expect((await client.admin('POST', 'resources/gated/disable')).status).toBe(200);
    client.letCachesExpire();
    expect((await call('gate', '/.well-known/oauth-protected-resource/mcp')).status).toBe(404);
  });
});
