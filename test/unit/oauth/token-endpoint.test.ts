import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { keySet } from '../../../lambdas/oauth/metadata/key-set.ts';
import type { Agent, Client, Resource } from '../../../lambdas/ports/registry.ts';
import type { Audience, ResourceId } from '../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { aTokenRequest, reasonOf, resource, without, type Asked } from './a-token-request.ts';
import { anIssuer } from './an-issuer.ts';
import {
  aClient,
  aKeyRing,
  anAgent,
  aResource,
  aSigningKey,
  issuer,
  now,
  scopes,
  theSecret,
  uri,
} from './mothers.ts';

const absent = { kind: 'absent' } as const;
const swapped = { kind: 'basic', clientId: theSecret, secret: new Secret('planner-client') } as const;

describe('a machine that asks for a token', () => {
  it('gets one for the resource, with the scopes its agent requires', async () => {
    const { requestToken } = anIssuer();
    const outcome = await requestToken(aTokenRequest(), now);
    const token = outcome.ok ? outcome.value.accessToken : '';
    const jwks = keySet(aKeyRing(aSigningKey()), now) as unknown as Parameters<typeof createLocalJWKSet>[0];
    const verified = await jwtVerify(token, createLocalJWKSet(jwks), { currentDate: new Date(now * 1000) });
    expect(verified.protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: 'active-key' });
    expect(verified.payload).toEqual({
      iss: issuer,
      sub: 'planner-client',
      aud: resource,
      client_id: 'planner-client',
      agent_id: 'planner',
      scope: 'tools:read',
      jti: 'random-1',
      iat: now,
      exp: now + 900,
    });
  });

  it('is looked up together with the resource it probably means', async () => {
    const { requestToken, asked } = anIssuer();
    await requestToken(aTokenRequest({ resources: [`${resource}/`] }), now);
    expect(asked[0]).toEqual({ clientId: 'planner-client', resourceUri: resource });
    await requestToken(aTokenRequest({ resources: ['no resource'] }), now);
    expect(asked.at(-1)).toEqual({ clientId: 'planner-client' });
  });

  it('gets the audience that the resource registered', async () => {
    const { requestToken } = anIssuer({ resources: [aResource({ audience: 'api://demo' as Audience })] });
    const outcome = await requestToken(aTokenRequest(), now);
    expect(outcome).toMatchObject({ ok: true, value: { plan: { resource: { audience: 'api://demo' } } } });
  });

  it.each([
    ['what it asked of its catalogue', 'tools:write tools:read', ['tools:write', 'tools:read']],
    ['less than it may ask', 'tools:write', ['tools:write']],
  ])('gets %s', async (_what, scope, granted) => {
    const outcome = await anIssuer().requestToken(aTokenRequest({ values: { scope } }), now);
    expect(outcome).toMatchObject({ ok: true, value: { plan: { scope: granted } } });
  });

  it.each(['https://MCP.example.com/mcp/', 'https://mcp.example.com:443/mcp'])(
    'may spell the resource as %s',
    async (spelling) => {
      expect(await reasonOf(anIssuer().requestToken, aTokenRequest({ resources: [spelling] }))).toBe(
        'granted',
      );
    },
  );

  it('may leave out the only resource of its agent', async () => {
    expect(await reasonOf(anIssuer().requestToken, aTokenRequest({ resources: [] }))).toBe('granted');
  });

  it('is written to the audit trail, with what it got and without its secret', async () => {
    const { requestToken, audited } = anIssuer();
    await requestToken(aTokenRequest(), now);
    expect(audited).toEqual([
      {
        event: 'token_issued',
        requestId: 'request-1',
        sourceAddress: '192.0.2.1',
        grantType: 'client_credentials',
        clientId: 'planner-client',
        agentId: 'planner',
        resource,
        scope: 'tools:read',
        jti: 'random-1',
        kid: 'active-key',
        expiresAt: now + 900,
      },
    ]);
    expect(JSON.stringify(audited)).not.toContain(theSecret);
  });
});

describe('a machine gets no token', () => {
  const second = aResource({
    id: 'second' as ResourceId,
    uri: uri('https://second.example.com/mcp'),
    scopes: [],
  });
  const twoEntries = anAgent({
    catalogue: [...anAgent().catalogue, { resource: second.uri, required: [], optional: [] }],
  });
  const optionalOnly = anAgent({
    catalogue: [{ resource: uri(resource), required: [], optional: scopes('tools:write') }],
  });

  it.each<[string, Asked, { clients?: Client[]; agents?: Agent[]; resources?: Resource[] }, string]>([
    [
      'for a resource nobody registered',
      { resources: ['https://mcp.example.com/other'] },
      {},
      'resource_not_available',
    ],
    [
      'for a resource below a registered one',
      { resources: [`${resource}/tools`] },
      {},
      'resource_not_available',
    ],
    [
      'for a resource above a registered one',
      { resources: ['https://mcp.example.com'] },
      {},
      'resource_not_available',
    ],
    ['for a resource that is no URI', { resources: ['demo'] }, {}, 'resource_not_available'],
    ['for a resource with a fragment', { resources: [`${resource}#x`] }, {}, 'resource_not_available'],
    [
      'for a resource outside its catalogue',
      { resources: [second.uri] },
      { resources: [aResource(), second] },
      'resource_not_available',
    ],
    ['for a resource that is gone', {}, { resources: [] }, 'resource_not_available'],
    [
      'for a disabled resource',
      {},
      { resources: [aResource({ state: 'disabled' })] },
      'resource_not_available',
    ],
    ['for several resources', { resources: [resource, resource] }, {}, 'several_resources'],
    ['for a choice it leaves to us', { resources: [] }, { agents: [twoEntries] }, 'resource_ambiguous'],
    [
      'without any catalogue',
      { resources: [] },
      { agents: [anAgent({ catalogue: [] })] },
      'resource_not_available',
    ],
    ['for a scope outside its catalogue', { values: { scope: 'tools:delete' } }, {}, 'scope_not_available'],
    [
      'for more than its catalogue',
      { values: { scope: 'tools:read tools:delete' } },
      {},
      'scope_not_available',
    ],
    [
      'for a scope the resource dropped',
      { values: { scope: 'tools:write' } },
      { resources: [aResource({ scopes: [] })] },
      'scope_not_available',
    ],
    ['for a malformed scope', { values: { scope: 'a  b' } }, {}, 'scope_malformed'],
    ['for nothing, where nothing is given unasked', {}, { agents: [optionalOnly] }, 'scope_empty'],
    [
      'for what it requires, once the resource dropped all of it',
      {},
      { resources: [aResource({ scopes: [] })] },
      'scope_empty',
    ],
    ['for another grant', { values: { grant_type: 'password' } }, {}, 'grant_type_unsupported'],
    [
      'for a grant it is not registered for',
      {},
      { clients: [aClient({ grantTypes: [] })] },
      'grant_not_allowed',
    ],
    ['when it is disabled', {}, { clients: [aClient({ state: 'disabled' })] }, 'client_disabled'],
    ['when its agent is disabled', {}, { agents: [anAgent({ state: 'disabled' })] }, 'agent_disabled'],
    ['when its agent is gone', {}, { agents: [] }, 'client_without_agent'],
    ['when nobody knows it', {}, { clients: [] }, 'client_secret_not_accepted'],
  ])('%s', async (_what, asked, entries, reason) => {
    expect(await reasonOf(anIssuer(entries).requestToken, aTokenRequest(asked))).toBe(reason);
  });

  it('without a grant_type', async () => {
    expect(await reasonOf(anIssuer().requestToken, without('grant_type'))).toBe('grant_type_missing');
  });

  it('and learns nothing about its registration before it has proven itself', async () => {
    const { requestToken } = anIssuer({ clients: [aClient({ state: 'disabled', grantTypes: [] })] });
    const wrong = { kind: 'basic', clientId: 'planner-client', secret: new Secret('wrong') } as const;
    const asked = { values: { grant_type: 'password' }, resources: ['nowhere'], authorization: wrong };
    expect(await reasonOf(requestToken, aTokenRequest(asked))).toBe('client_secret_not_accepted');
  });

  it('and the audit trail says who was refused what, and why', async () => {
    const { requestToken, audited } = anIssuer();
    await requestToken(aTokenRequest({ values: { scope: 'tools:delete' } }), now);
    expect(audited).toEqual([
      {
        event: 'token_refused',
        requestId: 'request-1',
        sourceAddress: '192.0.2.1',
        grantType: 'client_credentials',
        clientId: 'planner-client',
        agentId: 'planner',
        resource,
        scope: 'tools:delete',
        reason: 'scope_not_available',
        error: 'invalid_scope',
      },
    ]);
  });

  it('and no more of its own text is kept than a line can bear', async () => {
    const { requestToken, audited } = anIssuer();
    await requestToken(aTokenRequest({ values: { grant_type: 'g'.repeat(10_000) } }), now);
    expect(audited).toMatchObject([
      { reason: 'grant_type_unsupported', grantType: 'g'.repeat(256), clientId: 'planner-client' },
    ]);
  });

  it.each([
    ['its secret where its name belongs', { authorization: swapped }],
    [
      'a token where its name belongs',
      { values: { client_id: 'a.b.c', client_secret: 'x' }, authorization: absent },
    ],
    ['a token in the query of a resource', { resources: [`${resource}?access_token=${theSecret}`] }],
    ['a password in a resource', { resources: [`https://me:${theSecret}@mcp.example.com/mcp`] }],
    ['a token as a scope', { values: { scope: `Bearer ${theSecret.repeat(9)}` } }],
  ] satisfies [string, Asked][])('and nothing of it where a client sent %s', async (_what, asked) => {
    const { requestToken, audited } = anIssuer();
    await requestToken(aTokenRequest(asked), now);
    expect(audited).toMatchObject([{ event: 'token_refused' }]);
    expect(JSON.stringify(audited)).not.toMatch(new RegExp(`${theSecret}|a\\.b\\.c`));
  });

  it('and the name by which it called itself without a proof', async () => {
    const { requestToken, audited } = anIssuer({ clients: [] });
    await requestToken(aTokenRequest(), now);
    expect(audited).toMatchObject([
      { reason: 'client_secret_not_accepted', claimedClientId: 'planner-client' },
    ]);
    expect(JSON.stringify(audited)).not.toContain(theSecret);
  });
});
