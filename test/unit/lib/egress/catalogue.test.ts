import { describe, expect, it } from 'vitest';
import { readEgressProvider } from '../../../../lambdas/registry/declaration/egress-provider.ts';
import { describe as sentence } from '../../../../lambdas/registry/refusal.ts';
import type { AgentConfig } from '../../../../lib/config/config.ts';
import type { CatalogueName, EgressProviderConfig } from '../../../../lib/config/egress-config.ts';
import { egressDeclaration } from '../../../../lib/egress/declaration.ts';
import { catalogueNames } from '../../../../lib/egress/catalogue.ts';
import { resolveProvider } from '../../../../lib/egress/resolve.ts';
import { context } from '../../registry/judged-declarations.ts';

/** What each entry has to say of itself. */
function entry(uses: CatalogueName): EgressProviderConfig {
  const installation = {
    ...({ kind: 'github_app', installation: '4242' } as const),
    keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/0d2b6e0a-4f9b-4c0e-9a55-5a3c1b1f8f11',
  } as const;
  return {
    ...{ id: uses, uses, clientId: 'our-client' },
    ...(uses === 'github-app' && { credential: installation }),
  };
}

function declared(provider: EgressProviderConfig, agents: readonly AgentConfig[] = []) {
  const read = readEgressProvider(egressDeclaration(resolveProvider(provider), agents), context);
  if (!read.ok) throw new Error(sentence(read.refusal));
  return read.value;
}

describe('a third party that is built in', () => {
  it.each(catalogueNames)('is one that the registry takes: %s', (uses) => {
    const { credential, ...provider } = declared(entry(uses));
    expect({ ...provider, credential }).toMatchSnapshot();
  });

  it.each(catalogueNames)('has two to four scopes, each in words for people: %s', (uses) => {
    const { scopes } = resolveProvider(entry(uses));
    expect(Object.keys(scopes).length).toBeGreaterThanOrEqual(2);
    expect(Object.keys(scopes).length).toBeLessThanOrEqual(4);
    for (const { description } of Object.values(scopes)) expect(description).toMatch(/^[A-Z].{5,}$/);
  });

  it('gives way to what the entry says of itself', () => {
    const provider = declared({
      ...entry('github'),
      name: 'GitHub Enterprise',
      credential: {
        kind: 'oauth2',
        authorizationEndpoint: 'https://github.example.com/login/oauth/authorize',
        tokenEndpoint: 'https://github.example.com/login/oauth/access_token',
        revocation: { kind: 'by_hand', page: 'https://github.example.com/settings/apps/authorizations' },
      },
      api: { origins: ['https://github.example.com'] },
      scopes: { meta: { description: 'Know the host', rules: ['GET,HEAD /api/v3/meta'] } },
    });
    expect(provider).toMatchObject({
      name: 'GitHub Enterprise',
      credential: {
        tokenEndpoint: 'https://github.example.com/login/oauth/access_token',
        clientAuthentication: 'client_secret_post',
        headers: [{ name: 'Accept', value: 'application/json' }],
        revocation: { kind: 'by_hand' },
      },
      api: { origins: ['https://github.example.com'] },
      scopes: [{ name: 'meta', rules: [{ methods: ['GET', 'HEAD'], path: '/api/v3/meta' }] }],
    });
    expect(provider.api.headers).toContainEqual({ name: 'User-Agent', value: 'Vestibule' });
  });

  it('is another account where the entry has another kind of credential', () => {
    const { credential, ...more } = declared({
      ...entry('stripe'),
      credential: { kind: 'api_key', place: 'header', name: 'Authorization', prefix: 'Bearer ' },
    });
    expect(credential).toEqual({
      kind: 'api_key',
      place: 'header',
      name: 'Authorization',
      prefix: 'Bearer ',
    });
    expect(more.api.origins).toEqual(['https://api.stripe.com']);
  });

  it('knows the people of the tenant that the entry names', () => {
    const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
    expect(declared({ ...entry('microsoft'), tenant })).toMatchObject({
      credential: { tokenEndpoint: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token` },
    });
  });
});

describe('a third party that nobody built in', () => {
  const api = { origins: ['https://api.example.com'] };
  const scopes = { read: { description: 'Read all of it', rules: ['GET /v1/**'] } };

  it.each([
    [{ kind: 'client_credentials', tokenEndpoint: 'https://api.example.com/token' }, 'ours'],
    [{ kind: 'api_key', place: 'query', name: 'key' }, undefined],
    [{ kind: 'basic' }, undefined],
  ] as const)('is one that the registry takes: %j', (credential, clientId) => {
    const provider = declared({ id: 'other', credential, api, scopes, ...(clientId && { clientId }) });
    expect(provider).toMatchObject({
      name: 'other',
      credential: { ...credential, ...(clientId && { clientId }) },
    });
  });

  it('carries every member of the config', () => {
    const facts = { instance: '/instance', team: '/team/id' };
    const refresh = { kind: 'stable', graceSeconds: 30, idleSeconds: 60, narrows: true } as const;
    const answer = { nested: 'user', okMember: 'ok', accessSeconds: 90 } as const;
    const provider = declared({
      ...{ id: 'other', name: 'Other', clientId: 'ours' },
      credential: {
        ...({ kind: 'oauth2', issuer: 'https://example.com', clientAuthentication: 'none' } as const),
        authorizationEndpoint: 'https://example.com/authorize',
        tokenEndpoint: 'https://example.com/token',
        authorizationParameters: { audience: 'api' },
        ...{
          scopeParameter: 'user_scope',
          scopeSeparator: ',' as const,
          body: 'json' as const,
          headers: { 'X-A': 'b' },
          refresh,
        },
        answer: { ...answer, facts },
        revocation: {
          kind: 'api',
          method: 'POST',
          url: 'https://example.com/{fact:team}/revoke',
          authentication: 'client',
          body: 'form',
          parameters: { token: '{refresh_token}' },
          ...{ done: [200, 204], okMember: 'revoked', gone: ['gone'] },
          checkUrl: 'https://example.com/{fact:team}/me',
        },
      },
      api: {
        ...{ ...api, originFact: 'instance', originSuffixes: ['.example.com'] },
        ...{ headers: { 'X-B': 'c' }, requestHeaders: ['x-account'], responseHeaders: ['x-limit'] },
      },
      scopes: {
        write: {
          description: 'Write',
          upstream: ['w'],
          rules: [
            {
              ...{ methods: ['POST'], path: '/v1/*', origin: 'https://api.example.com' },
              body: [
                { pointer: '/a', oneOf: ['b', 1] },
                { pointer: '/c', absent: true },
                { graphql: 'query' },
              ],
            },
          ],
        },
      },
    });
    expect(provider).toMatchSnapshot();
  });

  const agent = (id: string, more: Partial<AgentConfig>): AgentConfig => ({
    id,
    owner: 'team',
    scopes: {},
    ...more,
  });

  it('is for the agents of the config that may act there, in the name of people or as themselves', () => {
    const more = { write: { description: 'Write all of it', rules: ['POST /v1/**'] } };
    const provider = declared(
      {
        ...{ id: 'hub', uses: 'google', clientId: 'ours', scopes: { ...scopes, ...more } },
        groups: [{ id: 'night', agents: ['sweeper'], connectedBy: ['lead'] }],
        providerTokens: ['planner'],
      },
      [
        agent('planner', { name: 'Planner', onBehalfOf: { hub: { scopes: { write: ['ask'] } } } }),
        agent('sweeper', { scopes: { hub: { required: ['read'] } } }),
        agent('both', {
          scopes: { hub: { optional: ['write'] } },
          onBehalfOf: { hub: { scopes: ['read'] } },
        }),
        agent('machine', { onBehalfOf: { hub: { scopes: ['read'], subjects: ['agent'] } } }),
        agent('stranger', { scopes: { other: { required: ['read'] } } }),
      ],
    );
    expect(provider.agents).toEqual([
      { agent: 'planner', name: 'Planner', scopes: ['write'], providerTokens: true },
      { agent: 'sweeper', name: 'sweeper', scopes: ['read'], asItself: true },
      { agent: 'both', name: 'both', scopes: ['read', 'write'] },
    ]);
    expect(provider.groups).toEqual([{ id: 'night', agents: ['sweeper'], connectors: ['lead'] }]);
  });
});
