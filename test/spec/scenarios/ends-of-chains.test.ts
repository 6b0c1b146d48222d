import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { interceptorHandler } from '../../../lambdas/http/interceptor.ts';
import { routeGuard } from '../../../lambdas/http/protected-routes.ts';
import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { tokenJudge } from '../../../lambdas/resource-server/token-judge.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import { app, type Desk, openDesk } from '../support/desk.ts';
import { basic } from '../support/driver.ts';
import { alice } from '../support/granted.ts';
import { type OwnSignatures, ownSignatures } from '../support/own-signatures.ts';
import { newSecretClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

type Headers = Readonly<Record<string, string>>;

let desk: Desk;
let signatures: OwnSignatures;
let planner: Headers;
let auditor: Headers;
let server: Headers;

beforeAll(async () => {
  desk = await openDesk();
  signatures = ownSignatures(desk.deployment);
  planner = basic('planner-client', await desk.deployment.secretOf('planner-client'));
  server = basic('demo-server', await desk.deployment.secretOf('demo-server'));
  auditor = await newSecretClient(desk.client, 'auditor', [
    { resource: desk.demo, required: ['tools:read'] },
  ]);
}, 120_000);

afterAll(async () => {
  signatures.stop();
  await desk.close();
});

const now = (): number => Math.floor(desk.deployment.run.clock.now() / 1000);

/** Alice's own token, what planner exchanged it for, and what auditor exchanged that for. */
interface Chain {
  readonly tokens: readonly [first: string, second: string, third: string];
  readonly claims: Readonly<Record<string, unknown>>;
  readonly refreshToken: string;
}

async function newChain(): Promise<Chain> {
  const { body } = await desk.redeem(await desk.newCode({ scope: ['openid', 'tools:read'] }), app);
  const first = String(body['access_token']);
  const root = decodeJwt(first);
  const ofPlanner = { client_id: 'planner-client', agent_id: 'planner' };
  const holders = [
    { client_id: app, exp: root.exp },
    { ...ofPlanner, exp: root.exp },
  ];
  const byPlanner = { sub: 'planner', ...ofPlanner };
  const common = { ...root, aud: desk.demo, iat: now() };
  const [jti, ofAnalyst] = [crypto.randomUUID(), { client_id: 'auditor-client', agent_id: 'auditor' }];
  const second = await signatures.accessToken({
    ...{ ...common, ...ofPlanner, jti, act: byPlanner },
    ...{ jti_chain: [root.jti], client_chain: holders.slice(0, 1) },
  });
  const claims = {
    ...{ ...common, ...ofAnalyst, jti: crypto.randomUUID() },
    act: { sub: 'auditor', ...ofAnalyst, act: byPlanner },
    ...{ jti_chain: [root.jti, jti], client_chain: holders },
  };
  const third = await signatures.accessToken(claims);
  return { tokens: [first, second, third], claims, refreshToken: String(body['refresh_token']) };
}

async function isActive(token: string): Promise<unknown> {
  const asked = { method: 'POST', headers: server, body: new URLSearchParams({ token }) };
  return (await desk.client.send('/introspect', asked)).body['active'];
}

async function revoke(token: string, headers: Headers, more: Headers = {}): Promise<void> {
  const body = new URLSearchParams({ token, ...more });
  expect((await desk.client.send('/revoke', { method: 'POST', headers, body })).status).toBe(200);
}

/** What everybody says of a token: introspection, userinfo, a verifier and an interceptor that work offline. */
function aPanel() {
  const { issuer } = desk.client;
  const verifier = createVerifier({ issuer, resource: desk.demo, now });
  const intercept = interceptorHandler({ judge: tokenJudge({ issuer, now }), audit: () => undefined });
  return async (token: string): Promise<readonly unknown[]> => {
    const authorization = `Bearer ${token}`;
    const gatewayRequest = { path: '/mcp', httpMethod: 'POST', headers: { authorization }, body: {} };
    const verification = await verifier.verify(authorization);
    const answer = (await intercept({ interceptorInputVersion: '1.0', mcp: { gatewayRequest } }, {})) as {
      readonly mcp: { readonly transformedGatewayResponse?: { readonly statusCode: number } };
    };
    return [
      await isActive(token),
      (await desk.client.get('/userinfo', { authorization })).status,
      verification.ok ? 200 : verification.challenge.status,
      answer.mcp.transformedGatewayResponse?.statusCode ?? 200,
    ];
  };
}

const alive = [true, 200, 200, 200];
const ended = [false, 401, 401, 401];

describe('a token that was exchanged', () => {
  verifies(
    'vestibule:chain-ends',
    'tells its server who acts for whom, and through whom before',
    async () => {
      const { tokens, claims } = await newChain();
      const asked = { method: 'POST', headers: server, body: new URLSearchParams({ token: tokens[2] }) };
      const { body } = await desk.client.send('/introspect', asked);
      expect(body).toEqual({ active: true, token_type: 'Bearer', ...claims });
      expect(body).toMatchObject({ sub: alice.id, act: { sub: 'auditor', act: { sub: 'planner' } } });
    },
  );

  verifies('vestibule:chain-audited', 'leaves word of its way where it is let in', async () => {
    const { tokens, claims } = await newChain();
    const { issuer } = desk.client;
    const audited: AuditEvent[] = [];
    const audit = (event: AuditEvent): void => void audited.push(event);
    const authorization = `Bearer ${tokens[2]}`;
    const gatewayRequest = { path: '/mcp', httpMethod: 'POST', headers: { authorization }, body: {} };
    const event = { interceptorInputVersion: '1.0', mcp: { gatewayRequest } };
    await interceptorHandler({ judge: tokenJudge({ issuer, now }), audit })(event, {});
    const verifier = createVerifier({ issuer, resource: desk.demo, now });
    await routeGuard({ verifier, scopes: new Map([['GET /orders', []]]), audit })({
      ...{ routeKey: 'GET /orders', rawPath: '/orders', rawQueryString: '', headers: { authorization } },
      requestContext: { requestId: 'one', http: { method: 'GET', sourceIp: '192.0.2.1' } },
    });
    const way = { via: ['planner', 'auditor'], parentJti: (claims['jti_chain'] as readonly string[])[1] };
    expect(audited).toMatchObject(Array(2).fill({ event: 'call_admitted', ...way }));
    await isActive(tokens[2]);
    const line = desk.deployment.log.findLast((text) => text.includes('"token_introspected"')) ?? '';
    expect(line).toContain('"via":["planner","auditor"]');
    expect(line).toContain(`"parentJti":"${way.parentJti}"`);
  });

  verifies(
    'vestibule:chain-ends',
    'ends with any token of its chain, for all that judge it, and ends none before it',
    async () => {
      const panel = aPanel();
      const [one, two, three] = [await newChain(), await newChain(), await newChain()];
      for (const { tokens } of [one, two, three]) expect(await panel(tokens[2])).toEqual(alive);
      await revoke(one.tokens[0], {}, { client_id: app });
      await revoke(two.tokens[1], planner);
      await revoke(three.tokens[2], auditor);
      const introspected = async ({ tokens }: Chain) => await Promise.all(tokens.map(isActive));
      expect(await introspected(one)).toEqual([false, false, false]);
      expect(await introspected(two)).toEqual([true, false, false]);
      expect(await introspected(three)).toEqual([true, true, false]);
      desk.deployment.run.clock.advance(29);
      for (const { tokens } of [one, two, three]) expect(await panel(tokens[2])).toEqual(ended);
      expect(await panel(two.tokens[0])).toEqual(alive);
      expect(await panel(three.tokens[1])).toEqual(alive);
    },
    60_000,
  );

  verifies(
    ['vestibule:chain-ends', 'rfc7009:2.1:own-tokens-only'],
    'is revoked by its own client alone',
    async () => {
      const { tokens } = await newChain();
      await revoke(tokens[2], planner);
      await revoke(tokens[2], {}, { client_id: app });
      expect(await isActive(tokens[2])).toBe(true);
    },
  );

  verifies('vestibule:chain-ends', 'ends with the grant of the person', async () => {
    const panel = aPanel();
    const [{ tokens, refreshToken }, other] = [await newChain(), await newChain()];
    expect(await panel(tokens[2])).toEqual(alive);
    await revoke(refreshToken, {}, { client_id: app });
    expect(await isActive(tokens[2])).toBe(false);
    desk.deployment.run.clock.advance(29);
    expect(await panel(tokens[2])).toEqual(ended);
    expect(await panel(other.tokens[2])).toEqual(alive);
  });

  verifies(
    ['vestibule:chain-ends', 'vestibule:offline-thirty-seconds'],
    'stops with every client and agent in its chain, and goes on with it',
    async () => {
      const panel = aPanel();
      const { tokens } = await newChain();
      expect(await panel(tokens[2])).toEqual(alive);
      for (const thing of [`clients/${app}`, 'clients/planner-client', 'agents/planner', 'agents/auditor']) {
        await desk.client.admin('POST', `${thing}/disable`);
        expect([thing, await isActive(tokens[2])]).toEqual([thing, false]);
        desk.deployment.run.clock.advance(29);
        expect([thing, await panel(tokens[2])]).toEqual([thing, ended]);
        await desk.client.admin('POST', `${thing}/enable`);
        desk.deployment.run.clock.advance(29);
        expect([thing, await panel(tokens[2])]).toEqual([thing, alive]);
      }
    },
    60_000,
  );

  verifies(
    'vestibule:chain-ends',
    'ends with a client that was registered anew for another agent',
    async () => {
      const { client, demo } = desk;
      await newSecretClient(client, 'courier', [{ resource: demo, required: ['tools:read'] }]);
      const { claims } = await newChain();
      const courier = { client_id: 'courier-client', agent_id: 'courier' };
      const holders = claims['client_chain'] as readonly { readonly exp: number }[];
      const token = await signatures.accessToken({
        ...{ ...claims, client_chain: [holders[0], { ...courier, exp: holders[1]?.exp }] },
        act: {
          sub: 'auditor',
          client_id: 'auditor-client',
          agent_id: 'auditor',
          act: { sub: 'courier', ...courier },
        },
      });
      const panel = aPanel();
      expect(await panel(token)).toEqual(alive);
      await client.admin('DELETE', 'clients/courier-client');
      await client.register('clients', {
        ...{ client_id: 'courier-client', agent_id: 'auditor' },
        token_endpoint_auth_method: 'client_secret_basic',
      });
      expect(await isActive(token)).toBe(false);
      desk.deployment.run.clock.advance(29);
      expect(await panel(token)).toEqual(ended);
    },
    60_000,
  );
});

describe('a chain that was tampered with', () => {
  verifies('vestibule:chain-forged', 'makes no token of ours, whatever was left out or put in', async () => {
    const { claims } = await newChain();
    const jtis = claims['jti_chain'] as readonly string[];
    const holders = claims['client_chain'] as readonly object[];
    const deep = (levels: number): object => ({
      ...{ sub: 'planner', client_id: 'planner-client', agent_id: 'planner' },
      ...(levels > 1 && { act: deep(levels - 1) }),
    });
    const panel = aPanel();
    const changes: readonly object[] = [
      { jti_chain: undefined, client_chain: undefined },
      { jti_chain: jtis.slice(1), client_chain: [] },
      { jti_chain: [] },
      { client_chain: undefined },
      { client_chain: [...holders, ...holders] },
      { act: deep(100) },
      { act: 'auditor' },
    ];
    for (const change of changes) {
      const token = await signatures.accessToken({ ...claims, ...change });
      expect([change, await panel(token)]).toEqual([change, ended]);
    }
  });

  verifies('vestibule:chain-forged', 'that nobody of ours signed counts for nothing', async () => {
    const { tokens, claims } = await newChain();
    const [header, , signature] = tokens[2].split('.');
    const bare = { ...claims, act: undefined, jti_chain: undefined, client_chain: undefined };
    const payload = Buffer.from(JSON.stringify(bare)).toString('base64url');
    expect(await aPanel()([header, payload, signature].join('.'))).toEqual(ended);
  });
});

describe('what an introspection costs', () => {
  verifies('vestibule:chain-one-read', 'stays one read, however long the chain', async () => {
    const { tokens } = await newChain();
    const { faults } = desk.deployment.run.cloud;
    await isActive(tokens[2]);
    // The second of two calls would fail.
    faults.add('dynamodb:BatchGetItem~Introspection=down@2');
    expect(await isActive(tokens[2])).toBe(true);
    faults.clear();
    faults.add('dynamodb:BatchGetItem~Introspection=down@*');
    const asked = { method: 'POST', headers: server, body: new URLSearchParams({ token: tokens[2] }) };
    const { status, headers } = await desk.client.send('/introspect', asked);
    expect([status, headers.get('retry-after') !== null]).toEqual([503, true]);
    faults.clear();
  });
});
