import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readAgent } from '../../../lambdas/registry/declaration/agent.ts';
import { readClient } from '../../../lambdas/registry/declaration/client.ts';
import { readResource } from '../../../lambdas/registry/declaration/resource.ts';
import { client, context, loopback, refusalOf } from './judged-declarations.ts';

const resource = {
  id: 'orders',
  uri: 'https://mcp.example.com/mcp',
  name: 'Orders',
  scopes: [{ name: 'tools:read', description: 'List tools' }],
};
const agent = {
  id: 'planner',
  owner: 'platform',
  catalogue: [{ resource: 'orders', required: ['tools:read'] }],
};
describe('the declaration of a resource', () => {
  it('is an MCP server whose audience is its URI, unless it says otherwise', () => {
    expect(readResource(resource, context)).toEqual({
      ok: true,
      value: { ...resource, kind: 'mcp-server', audience: resource.uri },
    });
  });

  it('has a canonical URI', () => {
    const read = readResource({ ...resource, uri: 'HTTPS://MCP.Example.com:443/mcp/' }, context);
    expect(read.ok && read.value.uri).toBe('https://mcp.example.com/mcp');
  });

  it('may be plain http on this machine only where the deployment says so', () => {
    const local = { ...resource, uri: 'http://localhost:9401/mcp' };
    expect(readResource(local, loopback).ok).toBe(true);
    expect(readResource(local, context).ok).toBe(false);
    expect(readResource({ ...resource, uri: 'http://mcp.example.com/mcp' }, loopback).ok).toBe(false);
  });

  it.each([
    [
      'a fragment',
      { uri: 'https://mcp.example.com/#x' },
      /^uri "https:\/\/mcp.example.com\/#x": must not carry a fragment/,
    ],
    ['the issuer itself', { uri: 'https://auth.example.com/' }, /^uri .*is this issuer/],
    [
      'the token endpoint',
      { uri: 'https://auth.example.com/token' },
      /^uri .*is this issuer or its token endpoint/,
    ],
    ['the issuer as audience', { audience: 'https://AUTH.example.com/' }, /^audience .*is this issuer/],
    [
      'a wildcard',
      { scopes: [{ name: '*', description: 'All' }] },
      /^scopes\[0\]\.name "\*": must be one scope/,
    ],
    [
      'a wildcard of a family',
      { scopes: [{ name: 'tools:*', description: 'All' }] },
      /^scopes\[0\]\.name "tools:\*"/,
    ],
    ['a reserved scope', { scopes: [{ name: 'offline_access', description: 'x' }] }, /^scopes\[0\]\.name/],
    ['no scope', { scopes: [] }, /^scopes \[\]: must define at least one scope/],
    ['a scope twice', { scopes: [...resource.scopes, ...resource.scopes] }, /^scopes .*twice/],
    ['an id with spaces', { id: 'my orders' }, /^id "my orders": must be 1 to 64 letters/],
    ['an unknown member', { surprise: 1 }, /^surprise: is no member of this declaration; remove it/],
    ['no name', { name: undefined }, /^name: is required/],
    ['null for a name', { name: null }, /^name null: must be text/],
    ['control characters', { name: 'a\u0007b' }, /^name .*control characters/],
    ['an agent for an MCP server', { agent_id: 'planner' }, /^agent_id .*kind "agent" only/],
    [
      'a description that is no text',
      { scopes: [{ name: 'a', description: 1 }] },
      /^scopes\[0\]\.description 1: must be text/,
    ],
  ])('is refused with %s', (_what, change, words) => {
    expect(refusalOf(readResource, { ...resource, ...change })).toMatch(words);
  });

  it.each([[[]], [null], ['text'], [1]])('is refused when it is %j', (input) => {
    expect(readResource(input, context).ok).toBe(false);
  });
});

describe('the declaration of an agent', () => {
  it('names its resources by id or by URI', () => {
    const catalogue = [...agent.catalogue, { resource: 'https://other.example.com/', optional: ['ask'] }];
    const read = readAgent({ ...agent, catalogue }, context);
    expect(read.ok && read.value.catalogue).toEqual([
      { resource: { id: 'orders' }, required: ['tools:read'], optional: [] },
      { resource: { uri: 'https://other.example.com' }, required: [], optional: ['ask'] },
    ]);
  });

  it.each([
    [
      'two entries for one resource',
      [agent.catalogue[0], agent.catalogue[0]],
      /^catalogue .*two entries for one resource/,
    ],
    ['an entry without scope', [{ resource: 'orders' }], /^catalogue\[0\] .*names no scope/],
    [
      'a scope both required and optional',
      [{ resource: 'orders', required: ['a'], optional: ['a'] }],
      /^catalogue\[0\] .*twice/,
    ],
    ['a wildcard', [{ resource: 'orders', required: ['a:*'] }], /^catalogue\[0\]\.required\[0\] "a:\*"/],
    [
      'a resource that is no URI',
      [{ resource: 'not a uri', required: ['a'] }],
      /^catalogue\[0\]\.resource "not a uri"/,
    ],
  ])('is refused with %s', (_what, catalogue, words) => {
    expect(refusalOf(readAgent, { ...agent, catalogue })).toMatch(words);
  });
});

const jwkOf = (type: 'rsa' | 'ec' | 'ed25519', options: object = {}): Record<string, unknown> =>
  generateKeyPairSync(
    type as 'rsa',
    { modulusLength: 2048, namedCurve: 'P-256', ...options } as { modulusLength: number },
  ).publicKey.export({ format: 'jwk' });

describe('the declaration of a client', () => {
  const byKeys = { ...client, token_endpoint_auth_method: 'private_key_jwt' };
  const withKey = (key: object): object => ({ ...byKeys, jwks: { keys: [key] } });

  it('proves itself by a secret or by keys', () => {
    expect(readClient(client, context).ok).toBe(true);
    expect(readClient({ ...byKeys, jwks_uri: 'https://example.com/jwks.json?v=1' }, context).ok).toBe(true);
    for (const type of ['rsa', 'ec', 'ed25519'] as const) {
      expect(readClient(withKey({ ...jwkOf(type), kid: type }), context).ok).toBe(true);
    }
  });

  it('may be the server of a resource, named by id or by URI, and then has no grant', () => {
    const { client_id, token_endpoint_auth_method } = client;
    const server = { client_id, token_endpoint_auth_method };
    for (const [named, resource] of [
      ['orders', { id: 'orders' }],
      ['https://MCP.example.com/mcp', { uri: 'https://mcp.example.com/mcp' }],
    ] as const) {
      expect(readClient({ ...server, resource: named }, context)).toMatchObject({
        ok: true,
        value: { resource, grantTypes: [] },
      });
    }
    const granted = { ...server, resource: 'orders', grant_types: ['client_credentials'] };
    expect(refusalOf(readClient, granted)).toMatch(/^grant_types .*\[\] or .*for the server of a resource/);
    expect(refusalOf(readClient, { ...client, grant_types: [] })).toMatch(/^grant_types .*must name a grant/);
    expect(refusalOf(readClient, server)).toMatch(/either agent_id or resource/);
  });

  it('keeps of a key only what verifies', () => {
    const read = readClient(withKey({ ...jwkOf('ec'), x5c: ['certificate'] }), context);
    expect(read.ok && JSON.stringify(read.value)).not.toContain('x5c');
  });

  it.each([
    ['a private key', { ...jwkOf('ec'), d: 'private-part' }, /private key material/],
    ['a symmetric key', { kty: 'oct', k: 'private-part' }, /symmetric key/],
    ['a weak RSA key', jwkOf('rsa', { modulusLength: 1024 }), /less than 2048 bits/],
    ['another curve', jwkOf('ec', { namedCurve: 'P-384' }), /other than P-256/],
    ['a point that is not on the curve', { ...jwkOf('ec'), y: 'AAAA' }, /not a complete public key/],
    ['an encryption key', { ...jwkOf('ec'), use: 'enc' }, /its use must be "sig"/],
    ['an algorithm of another family', { ...jwkOf('ec'), alg: 'HS256' }, /alg other than ES256/],
  ])('is refused with %s, and shows none of it', (_what, key, words) => {
    const words_ = refusalOf(readClient, withKey(key));
    expect(words_).toMatch(/^jwks\.keys\[0\]: /);
    expect(words_).toMatch(words);
    expect(words_).not.toContain('private-part');
  });

  it.each([
    ['no agent', { agent_id: undefined }, /^agent_id: is required/],
    [
      'keys beside a secret',
      { jwks_uri: 'https://example.com/jwks' },
      /only a client with "private_key_jwt" has/,
    ],
    [
      'neither keys nor their address',
      { token_endpoint_auth_method: 'private_key_jwt' },
      /either jwks or jwks_uri/,
    ],
    [
      'no authentication and nowhere to send people',
      { token_endpoint_auth_method: 'none' },
      /a client with "none" is for people alone; add redirect_uris/,
    ],
    [
      'a way to prove itself that there is not',
      { token_endpoint_auth_method: 'self_signed_tls_client_auth' },
      /^token_endpoint_auth_method "self_signed_tls_client_auth": must be one of/,
    ],
    ['an id of ours', { client_id: 'dyn_mine' }, /^client_id "dyn_mine": must not begin with "dyn_"/],
    ['a resource beside an agent', { resource: 'orders' }, /either agent_id or resource/],
    ['another grant', { grant_types: ['password'] }, /^grant_types\[0\] "password": must be one of/],
    [
      'refreshes without codes',
      { grant_types: ['client_credentials', 'refresh_token'] },
      /^grant_types .*follows "authorization_code"/,
    ],
    ['a grant twice', { grant_types: ['client_credentials', 'client_credentials'] }, /^grant_types .*twice/],
    [
      'an implied consent of nobody',
      { consent: 'implied' },
      /^consent "implied": is for a client that people/,
    ],
    [
      'a way out for nobody',
      { post_logout_redirect_uris: ['https://app.example.com/bye'] },
      /^post_logout_redirect_uris .*is for a client that people/,
    ],
    [
      'pushed requests of nobody',
      { require_pushed_authorization_requests: true },
      /^require_pushed_authorization_requests .*is for a client that people/,
    ],
    [
      'plain http keys',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://example.com/jwks' },
      /https URL/,
    ],
    ['no redirect URI', { redirect_uris: [] }, /^redirect_uris .*must not be empty/],
    [
      'a redirect URI twice',
      { redirect_uris: ['https://app.example.com/cb', 'https://app.example.com/cb'] },
      /^redirect_uris .*twice/,
    ],
    ['its own secret', { client_secret: 'chosen' }, /^client_secret: is no member/],
  ])('is refused with %s', (_what, change, words) => {
    expect(refusalOf(readClient, { ...client, ...change })).toMatch(words);
  });
});
