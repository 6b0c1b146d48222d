import { describe, expect, it } from 'vitest';
import { readClient } from '../../../lambdas/registry/declaration/client.ts';
import { readResource } from '../../../lambdas/registry/declaration/resource.ts';
import { client, context, refusalOf } from './judged-declarations.ts';

const app = {
  client_id: 'app',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['https://app.example.com/cb', 'cursor://anysphere.cursor-mcp/oauth/callback'],
};

describe('the declaration of a client that people sign in with', () => {
  it('belongs to nobody, proves itself by nothing, and gets codes and refreshes', () => {
    expect(readClient(app, context)).toMatchObject({
      ok: true,
      value: {
        authentication: { method: 'none' },
        grantTypes: ['authorization_code', 'refresh_token'],
        redirectUris: app.redirect_uris,
      },
    });
  });

  it('may also act for an agent by itself, if it can prove itself', () => {
    const both = { ...client, redirect_uris: ['https://app.example.com/cb'] };
    const read = readClient(both, context);
    expect(read.ok && read.value.grantTypes).toEqual([
      'client_credentials',
      'authorization_code',
      'refresh_token',
    ]);
    const isPublic = readClient({ ...both, token_endpoint_auth_method: 'none' }, context);
    expect(isPublic.ok && isPublic.value.grantTypes).toEqual(['authorization_code', 'refresh_token']);
  });

  it('may name fewer grants than it can use, and what people are asked', () => {
    const narrow = {
      ...{ ...app, grant_types: ['authorization_code'], consent: 'implied' },
      require_pushed_authorization_requests: true,
      post_logout_redirect_uris: ['https://app.example.com/bye'],
    };
    expect(readClient(narrow, context)).toMatchObject({
      ok: true,
      value: {
        grantTypes: ['authorization_code'],
        consent: 'implied',
        pushesRequests: true,
        postLogoutRedirectUris: ['https://app.example.com/bye'],
      },
    });
  });

  it('may wait for its redirect URI to be attached, if it has an agent', () => {
    expect(readClient({ ...client, grant_types: ['authorization_code'] }, context).ok).toBe(true);
  });

  it.each([
    [
      'nobody to belong to and nobody to send back',
      { redirect_uris: undefined },
      /write either agent_id or resource/,
    ],
    ['a resource to serve', { resource: 'orders' }, /write either agent_id or resource/],
    [
      'a grant for machines',
      { grant_types: ['client_credentials'] },
      /^grant_types .*for a client of an agent that proves itself/,
    ],
    ['a scheme of everybody', { redirect_uris: ['data:/text'] }, /^redirect_uris\[0\]/],
    ['a user in a redirect URI', { redirect_uris: ['https://@app.example.com/cb'] }, /^redirect_uris\[0\]/],
    ['another kind of consent', { consent: 'never' }, /^consent "never": must be "asked" or "implied"/],
  ])('is refused with %s', (_what, change, words) => {
    expect(refusalOf(readClient, withoutAbsent({ ...app, ...change }))).toMatch(words);
  });
});

describe('the declaration of a resource for people', () => {
  const resource = {
    id: 'orders',
    uri: 'https://mcp.example.com/mcp',
    name: 'Orders',
    scopes: [{ name: 'tools:read', description: 'List tools' }],
  };

  it('says through which clients people may use it', () => {
    expect(readResource({ ...resource, clients: 'declared' }, context)).toMatchObject({
      ok: true,
      value: { clients: 'declared' },
    });
    expect(refusalOf(readResource, { ...resource, clients: 'some' })).toMatch(/^clients "some": must be/);
  });

  it('has no audience of the form of a person', () => {
    const audience = `person.${'A'.repeat(43)}`;
    expect(refusalOf(readResource, { ...resource, audience })).toMatch(
      /^audience .*form of a person's "sub"/,
    );
  });
});

function withoutAbsent(declaration: object): object {
  return Object.fromEntries(Object.entries(declaration).filter(([, value]) => value !== undefined));
}
