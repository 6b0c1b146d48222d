import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { endedName, type EndedClaim } from '../../../lambdas/runtime/ended-name.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { newSecretClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

interface Feed {
  readonly tokens: string;
  readonly principals: Readonly<Record<string, number>>;
}

let deployment: TestDeployment;
let client: Driver;
let planner: Readonly<Record<string, string>>;
let demo: string;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  planner = basic('planner-client', await deployment.secretOf('planner-client'));
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

const now = (): number => Math.floor(deployment.run.clock.now() / 1000);

async function newToken(as = planner): Promise<string> {
  const { body } = await client.token({ grant_type: 'client_credentials', resource: demo }, as);
  return String(body['access_token']);
}

async function verified(answer: Answer) {
  const keys = createRemoteJWKSet(new URL(`${client.issuer}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(answer.text, keys, {
    issuer: client.issuer,
    typ: 'vnd.vestibule.ends+jwt',
    algorithms: ['RS256'],
    currentDate: new Date(deployment.run.clock.now()),
  });
  return payload as typeof payload & { readonly ends: Feed };
}

/** The edition that is due next. */
async function nextEdition(): Promise<Feed> {
  deployment.run.clock.advance(10);
  return (await verified(await client.get('/ends'))).ends;
}

function holds({ tokens, principals }: Feed, claim: EndedClaim, value: unknown): boolean {
  const name = endedName(claim, String(value));
  if (claim !== 'jti') return (principals[name] ?? 0) >= now() - 60;
  return Array.from(tokens.matchAll(/.{16}/g), ([entry]) => entry).some((entry) => entry === name);
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

describe('the feed of ends', () => {
  verifies(
    ['vestibule:ends-feed'],
    'is a signed document that anyone may read, named in the metadata',
    async () => {
      const { body } = await client.get('/.well-known/oauth-authorization-server');
      expect(body['vestibule_ends_uri']).toBe(`${client.issuer}/ends`);
      const answer = await client.get('/ends');
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        'application/vnd.vestibule.ends+jwt',
      ]);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      const { iat = 0, ...claims } = await verified(answer);
      expect(claims).toEqual({
        ...{ iss: client.issuer, exp: iat + 30, ends: { tokens: '', principals: {} } },
      });
      expect(Math.abs(iat - now())).toBeLessThanOrEqual(10);
      const head = await client.send('/ends', { method: 'HEAD' });
      expect([head.status, head.text, head.headers.get('etag')]).toEqual([
        200,
        '',
        answer.headers.get('etag'),
      ]);
      expect((await client.send('/ends', { method: 'POST' })).status).toBe(405);
    },
  );

  verifies(
    ['vestibule:ends-cacheable', 'rfc9110:13.1.2:if-none-match'],
    'may be cached until the next edition is due, and no longer',
    async () => {
      deployment.run.clock.advance(10);
      const first = await client.get('/ends');
      const maxAge = ({ headers }: Answer) =>
        Number(/^public, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '')?.[1]);
      const etag = first.headers.get('etag') ?? '';
      expect(maxAge(first)).toBe(10);
      const known = await client.get('/ends', { 'if-none-match': `"other", W/${etag}` });
      expect([known.status, known.text, known.headers.get('etag')]).toEqual([304, '', etag]);
      deployment.run.clock.advance(4);
      const second = await client.get('/ends');
      expect(second.text).toBe(first.text);
      expect(maxAge(second)).toBeLessThanOrEqual(6);
      deployment.run.clock.advance(6);
      const third = await client.get('/ends', { 'if-none-match': etag });
      expect([third.status, maxAge(third)]).toEqual([200, 10]);
      expect(third.text).not.toBe(first.text);
    },
  );

  verifies('vestibule:ends-feed', 'has a revoked token until it has expired', async () => {
    const [token, other] = [await newToken(), await newToken()];
    await client.send('/revoke', { method: 'POST', body: new URLSearchParams({ token }), headers: planner });
    const edition = await nextEdition();
    expect(holds(edition, 'jti', claimsOf(token)['jti'])).toBe(true);
    expect(holds(edition, 'jti', claimsOf(other)['jti'])).toBe(false);
    deployment.run.clock.advance(3_600);
    expect(holds(await nextEdition(), 'jti', claimsOf(token)['jti'])).toBe(false);
  });

  verifies(
    'vestibule:ends-feed',
    'has what was disabled until it is enabled, and what was removed',
    async () => {
      const catalogue = [{ resource: demo, required: ['tools:read'] }];
      await newSecretClient(client, 'fleeting', catalogue);
      const things = [
        ['agents/fleeting', 'agent_id', 'fleeting'],
        ['clients/fleeting-client', 'client_id', 'fleeting-client'],
        ['resources/demo', 'aud', demo],
      ] as const;
      for (const [path, claim, value] of things) {
        await client.admin('POST', `${path}/disable`);
        expect([path, holds(await nextEdition(), claim, value)]).toEqual([path, true]);
        await client.admin('POST', `${path}/enable`);
        const back = await nextEdition();
        expect(back.principals[endedName(claim, value)] ?? 0).toBeLessThan(now() - 10);
      }
      await client.admin('DELETE', 'clients/fleeting-client');
      await client.admin('DELETE', 'agents/fleeting');
      const edition = await nextEdition();
      expect(holds(edition, 'client_id', 'fleeting-client')).toBe(true);
      expect(holds(edition, 'agent_id', 'fleeting')).toBe(true);
      deployment.run.clock.advance(3_700);
      expect(await nextEdition()).toEqual({ tokens: '', principals: {} });
    },
    60_000,
  );

  verifies('vestibule:ends-tell-no-names', 'names nobody and shows no token', async () => {
    const canary = `canary-${crypto.randomUUID()}`;
    const holder = await newSecretClient(client, canary, [{ resource: demo, required: ['tools:read'] }]);
    const token = await newToken(holder);
    await client.send('/revoke', { method: 'POST', body: new URLSearchParams({ token }), headers: holder });
    await client.admin('POST', `agents/${canary}/disable`);
    deployment.run.clock.advance(10);
    const { text } = await client.get('/ends');
    const decoded = text.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    for (const secret of [canary, String(claimsOf(token)['jti']), token]) {
      expect(decoded.join('\n')).not.toContain(secret);
      expect(deployment.log.some((line) => secret === token && line.includes(secret))).toBe(false);
    }
  });

  verifies(
    'vestibule:dependency-down',
    'answers 503 while it cannot be made, and recovers',
    async () => {
      const { faults } = deployment.run.cloud;
      for (const fault of ['kms:Sign=throttle@*', 'dynamodb:BatchGetItem=down@*']) {
        deployment.run.clock.advance(10);
        faults.add(fault);
        const answer = await client.get('/ends');
        expect([fault, answer.status, answer.headers.get('cache-control')]).toEqual([fault, 503, 'no-store']);
        expect(answer.headers.get('retry-after')).not.toBeNull();
        faults.clear();
        expect((await client.get('/ends')).status).toBe(200);
      }
    },
    60_000,
  );
});

describe('five hundred revocations at once', () => {
  verifies(
    'vestibule:revocations-in-parallel',
    'are all in the next edition, and in the next introspection',
    async () => {
      const tokens = await Promise.all(Array.from({ length: 500 }, () => newToken()));
      // A client may send so many at once, and then has to wait.
      deployment.run.clock.advance(20);
      const answers = await Promise.all(
        tokens.map((token) =>
          client.send('/revoke', {
            ...{ method: 'POST', body: new URLSearchParams({ token }), headers: planner },
          }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const edition = await nextEdition();
      expect(tokens.filter((token) => holds(edition, 'jti', claimsOf(token)['jti']))).toHaveLength(500);
      const server = basic('demo-server', await deployment.secretOf('demo-server'));
      const introspected = await Promise.all(
        tokens.slice(0, 50).map((token) =>
          client.send('/introspect', {
            ...{ method: 'POST', body: new URLSearchParams({ token }), headers: server },
          }),
        ),
      );
      expect(new Set(introspected.map(({ text }) => text))).toEqual(new Set(['{"active":false}']));
    },
    120_000,
  );
});
