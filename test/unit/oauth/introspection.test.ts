import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import type { ClientRequest } from '../../../lambdas/oauth/client-request.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type {
  AgentId,
  Audience,
  ClientId,
  KeyThumbprint,
  ResourceId,
} from '../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { aServerClient, aToken, aTokenJudge, theClaims, type TokenJudge } from './a-token-judge.ts';
import {
  aClient,
  aKeyClient,
  aKeyRing,
  anAgent,
  anAssertion,
  anAssertionKey,
  aResource,
  aSigningKey,
  issuer,
  now,
  theSecret,
  uri,
} from './mothers.ts';

function about(token: string | undefined, clientId = 'demo-server', secret = theSecret): ClientRequest {
  return {
    parameters: {
      values: new Map(token === undefined ? [] : [['token', token]]),
      resources: [],
    },
    authorization: { kind: 'basic', clientId, secret: new Secret(secret) },
    requestId: 'request-1',
    sourceAddress: '192.0.2.1',
  };
}

async function introspected(judge: TokenJudge, token: string): Promise<unknown> {
  const outcome = await judge.introspect(about(token), now);
  if (!outcome.ok) return outcome.refusal.reason;
  return outcome.value.active ? 'active' : outcome.value.reason;
}

async function asserted(token: string, jti = 'jti-1') {
  const key = await anAssertionKey();
  const request: ClientRequest = {
    ...about(token),
    parameters: {
      values: new Map([
        ['token', token],
        ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
        ['client_assertion', await anAssertion(key, { iss: 'keyed', sub: 'keyed', jti })],
      ]),
      resources: [],
    },
    authorization: { kind: 'absent' },
  };
  return { request, key };
}

describe('a resource server that asks about a token', () => {
  it('is told what the token says', async () => {
    const judge = aTokenJudge();
    expect(await judge.introspect(about(await aToken()), now)).toEqual({
      ok: true,
      value: { active: true, token: theClaims },
    });
    expect(judge.audited).toEqual([
      {
        event: 'token_introspected',
        ...{ requestId: 'request-1', sourceAddress: '192.0.2.1', clientId: 'demo-server' },
        ...{ resource: 'https://mcp.example.com/mcp', active: true, jti: 'jti-1' },
        ...{ tokenClientId: 'planner-client', agentId: 'planner' },
      },
    ]);
  });

  it.each([
    ['garbage', () => Promise.resolve('garbage'), 'not_an_access_token'],
    ['a JWT of another type', () => aToken({}, 'JWT'), 'not_an_access_token'],
    ['a token without a claim', () => aToken({ jti: undefined }), 'not_an_access_token'],
    [
      'a token of a key nobody knows',
      () => aToken({}, 'at+jwt', 'other' as KeyThumbprint),
      'key_not_published',
    ],
    ['a token that was changed', async () => `${(await aToken()).slice(0, -8)}AAAAAAAA`, 'not_signed_by_us'],
    ['a token of another issuer', () => aToken({ iss: 'https://other.example' }), 'not_ours'],
    ['an expired token', () => aToken({ exp: now }), 'expired'],
    ['a token for another resource', () => aToken({ aud: 'https://other.example/mcp' }), 'other_audience'],
    ['a token of a client that is gone', () => aToken({ client_id: 'gone' }), 'client_not_active'],
    ['a token of an agent that is gone', () => aToken({ agent_id: 'gone' }), 'agent_not_active'],
  ])('learns nothing of %s', async (_what, token, reason) => {
    const judge = aTokenJudge();
    expect(await introspected(judge, await token())).toBe(reason);
    expect(judge.asked).toHaveLength(1);
    expect(judge.audited).toMatchObject([{ event: 'token_introspected', active: false, reason }]);
  });

  it.each([
    ['the token was revoked', { isRevoked: true }, 'revoked'],
    [
      'the client is disabled',
      { clients: [aClient({ state: 'disabled' }), aServerClient()] },
      'client_not_active',
    ],
    [
      'the client id belongs to another agent now',
      {
        clients: [aClient({ agentId: 'analyst' as AgentId }), aServerClient()],
      },
      'agent_not_active',
    ],
    ['the agent is disabled', { agents: [anAgent({ state: 'disabled' })] }, 'agent_not_active'],
    ['its resource is disabled', { resources: [aResource({ state: 'disabled' })] }, 'resource_not_active'],
    ['its resource is gone', { resources: [] }, 'resource_not_active'],
    [
      'its resource has another audience now',
      { resources: [aResource({ audience: 'api://new' as Audience })] },
      'other_audience',
    ],
    [
      'the key is published no more',
      { ring: aKeyRing(aSigningKey({ publishUntil: now })) },
      'key_not_published',
    ],
    [
      'the key is not published yet',
      { ring: aKeyRing(aSigningKey({ publishedAt: instant(now + 1) })) },
      'key_not_published',
    ],
  ])('finds the token inactive when %s', async (_what, input, reason) => {
    expect(await introspected(aTokenJudge(input), await aToken())).toBe(reason);
  });

  it('is told of tokens by the audience of its resource, not by its URI', async () => {
    const resources = [aResource({ audience: 'api://demo' as Audience })];
    expect(await introspected(aTokenJudge({ resources }), await aToken({ aud: 'api://demo' }))).toBe(
      'active',
    );
    const other = aResource({ id: 'other' as ResourceId, uri: uri('https://other.example/mcp') });
    const clients = [aClient(), aServerClient({ resource: other.uri })];
    const judge = aTokenJudge({ resources: [...resources, other], clients });
    expect(await introspected(judge, await aToken({ aud: 'api://demo' }))).toBe('other_audience');
  });

  it('proves itself, and is the server of a resource', async () => {
    const judge = aTokenJudge();
    const token = await aToken();
    expect(await judge.introspect(about(token, 'demo-server', 'wrong'), now)).toMatchObject({
      refusal: { reason: 'client_secret_not_accepted' },
    });
    expect(await judge.introspect(about(token, 'planner-client'), now)).toMatchObject({
      refusal: { reason: 'not_a_resource_server' },
    });
    expect(await judge.introspect(about(undefined), now)).toMatchObject({
      refusal: { reason: 'token_missing' },
    });
    expect(judge.asked).toEqual([]);
    expect(judge.audited.map(({ event }) => event)).toEqual(Array(3).fill('introspection_refused'));
  });

  it('gets a signed answer where it wants one, before its assertion is spent', async () => {
    const { request, key } = await asserted(await aToken({ exp: now }));
    const { authentication } = aKeyClient([key]);
    const clients = [aClient(), aServerClient({ id: 'keyed' as ClientId, authentication })];
    const judge = aTokenJudge({ clients });
    const outcome = await judge.introspect({ ...request, wantsSigned: true }, now);
    const { jwt = '' } = outcome.ok ? outcome.value : {};
    expect(decodeProtectedHeader(jwt)).toEqual({
      ...{ alg: 'RS256', typ: 'token-introspection+jwt', kid: 'active-key' },
    });
    expect(decodeJwt(jwt)).toEqual({
      ...{ iss: issuer, aud: 'keyed', iat: now, token_introspection: { active: false } },
    });
    const signer = { sign: () => Promise.reject(new DependencyUnavailable('KMS', { cause: 'down' })) };
    const failing = aTokenJudge({ clients, signer });
    await expect(failing.introspect({ ...request, wantsSigned: true }, now)).rejects.toThrow('KMS');
    expect([judge.marked.length, failing.marked.length]).toEqual([1, 0]);
  });

  it('spends its assertion on the answer', async () => {
    const { request, key } = await asserted(await aToken());
    const { authentication } = aKeyClient([key]);
    const clients = [aClient(), aServerClient({ id: 'keyed' as ClientId, authentication })];
    const fresh = aTokenJudge({ clients });
    expect(await fresh.introspect(request, now)).toMatchObject({ ok: true, value: { active: true } });
    expect(fresh.marked).toMatchObject([{ issuer: 'keyed', jti: 'jti-1' }]);
    const replayed = aTokenJudge({ clients, isFirstUse: false });
    expect(await replayed.introspect(request, now)).toMatchObject({
      refusal: { reason: 'assertion_replayed' },
    });
  });
});

describe('a client that revokes a token', () => {
  it('ends its own', async () => {
    const judge = aTokenJudge();
    expect(await judge.revoke(about(await aToken(), 'planner-client'), now)).toMatchObject({
      value: { revoked: true },
    });
    expect(judge.revoked).toEqual([
      { jti: 'jti-1', clientId: 'planner-client', until: now + 900, now, requestId: 'request-1' },
    ]);
    expect(judge.audited).toMatchObject([
      { event: 'token_revoked', clientId: 'planner-client', jti: 'jti-1', agentId: 'planner' },
    ]);
  });

  it.each([
    ['of another client', () => aToken({ client_id: 'other' }), 'other_client'],
    ['that has expired', () => aToken({ exp: now }), 'expired'],
    ['that is none', () => Promise.resolve('garbage'), 'not_an_access_token'],
    ['that somebody else signed', async () => `${(await aToken()).slice(0, -8)}AAAAAAAA`, 'not_signed_by_us'],
  ])('ends no token %s', async (_what, token, reason) => {
    const judge = aTokenJudge();
    expect(await judge.revoke(about(await token(), 'planner-client'), now)).toEqual({
      ok: true,
      value: { revoked: false, reason },
    });
    expect(judge.revoked).toEqual([]);
    expect(judge.audited).toMatchObject([{ event: 'revocation_refused', reason }]);
  });

  it('proves itself, and names a token', async () => {
    const judge = aTokenJudge();
    expect(await judge.revoke(about(await aToken(), 'planner-client', 'wrong'), now)).toMatchObject({
      refusal: { reason: 'client_secret_not_accepted' },
    });
    expect(await judge.revoke(about(undefined, 'planner-client'), now)).toMatchObject({
      refusal: { reason: 'token_missing' },
    });
    expect(judge.revoked).toEqual([]);
  });

  it('may ask again with the assertion it used, for the very token it used it for', async () => {
    const { request, key } = await asserted(await aToken({ client_id: 'keyed' }));
    const judge = aTokenJudge({ clients: [aKeyClient([key], { id: 'keyed' as ClientId })] });
    const about = (token: string): ClientRequest => ({
      ...request,
      parameters: {
        ...request.parameters,
        values: new Map([...request.parameters.values, ['token', token]]),
      },
    });
    await judge.revoke(request, now);
    await judge.revoke(request, now);
    await judge.revoke(about(await aToken({ client_id: 'keyed', jti: 'jti-2' })), now);
    const [first, second, other] = judge.marked.map(({ attempt }) => attempt);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  it('ends nothing with an assertion that was used before', async () => {
    const { request, key } = await asserted(await aToken({ client_id: 'keyed' }));
    const judge = aTokenJudge({
      clients: [aKeyClient([key], { id: 'keyed' as ClientId })],
      isFirstUse: false,
    });
    expect(await judge.revoke(request, now)).toMatchObject({ refusal: { reason: 'assertion_replayed' } });
    expect(judge.revoked).toEqual([]);
  });
});
