import { describe, expect, it } from 'vitest';
import {
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from '../../../lambdas/resource-server/index.ts';

const issuer = 'https://auth.example.com';

const algorithms = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'];

describe('the address of protected resource metadata', () => {
  it.each([
    ['https://h.example/public/mcp', 'https://h.example/.well-known/oauth-protected-resource/public/mcp'],
    ['https://h.example', 'https://h.example/.well-known/oauth-protected-resource'],
    ['https://h.example/', 'https://h.example/.well-known/oauth-protected-resource'],
    ['https://h.example:8443/mcp?t=1', 'https://h.example:8443/.well-known/oauth-protected-resource/mcp?t=1'],
    ['http://localhost:9401/mcp', 'http://localhost:9401/.well-known/oauth-protected-resource/mcp'],
  ])('of %s is %s', (resource, url) => {
    expect(protectedResourceMetadataUrl(resource)).toBe(url);
  });
});

describe('protected resource metadata', () => {
  it('names the resource exactly as given, its issuer and its scopes', () => {
    expect(
      protectedResourceMetadata({
        resource: 'https://h.example/mcp',
        issuer,
        scopes: ['tools:read'],
        name: 'Example',
      }),
    ).toEqual({
      url: 'https://h.example/.well-known/oauth-protected-resource/mcp',
      path: '/.well-known/oauth-protected-resource/mcp',
      headers: {
        'content-type': 'application/json',
        'cache-control': 'max-age=60',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'WWW-Authenticate, Mcp-Session-Id, DPoP-Nonce',
      },
      body: {
        resource: 'https://h.example/mcp',
        authorization_servers: [issuer],
        scopes_supported: ['tools:read'],
        bearer_methods_supported: ['header'],
        dpop_signing_alg_values_supported: algorithms,
        resource_name: 'Example',
      },
    });
  });

  it('leaves out what is not known', () => {
    expect(protectedResourceMetadata({ resource: 'https://h.example', issuer }).body).toEqual({
      resource: 'https://h.example',
      authorization_servers: [issuer],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: algorithms,
    });
  });

  it('never offers offline_access, nor a resource that clients could not fetch', () => {
    expect(() =>
      protectedResourceMetadata({ resource: 'https://h.example', issuer, scopes: ['offline_access'] }),
    ).toThrow(/offline_access/);
    expect(() => protectedResourceMetadata({ resource: 'http://h.example', issuer })).toThrow(TypeError);
    expect(() => protectedResourceMetadata({ resource: 'h.example', issuer })).toThrow(TypeError);
  });
});
