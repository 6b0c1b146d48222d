import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { assertionAlgorithms } from '../../../lambdas/oauth/client-authentication/assertion-algorithms.ts';
import { authorizationServerMetadata } from '../../../lambdas/oauth/metadata/authorization-server.ts';
import { keySet } from '../../../lambdas/oauth/metadata/key-set.ts';
import {
  findResource,
  protectedResourceMetadata,
} from '../../../lambdas/oauth/metadata/protected-resource.ts';
import type { Resource, ResourceDirectory } from '../../../lambdas/ports/registry.ts';
import type { SigningKey } from '../../../lambdas/ports/signing.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { KeyThumbprint, ResourceId } from '../../../lambdas/runtime/identifiers.ts';
import { aKeyRing, aResource, aSigningKey, aStandbyKey, issuer, now, uri } from './mothers.ts';

describe('the metadata of the issuer', () => {
  it('names what works', () => {
    const machines = { signingAlgorithm: 'RS256', people: false, registration: false, assertions: [] };
    expect(authorizationServerMetadata(issuer, machines)).toEqual({
      issuer: 'https://auth.example.com',
      authorization_endpoint: 'https://auth.example.com/authorize',
      token_endpoint: 'https://auth.example.com/token',
      jwks_uri: 'https://auth.example.com/.well-known/jwks.json',
      response_types_supported: ['code'],
      grant_types_supported: [
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms, 'ES384'],
      dpop_signing_alg_values_supported: ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'],
      introspection_endpoint: 'https://auth.example.com/introspect',
      introspection_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
      ],
      introspection_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms, 'ES384'],
      introspection_signing_alg_values_supported: ['RS256'],
      revocation_endpoint: 'https://auth.example.com/revoke',
      revocation_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
      ],
      revocation_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms, 'ES384'],
      vestibule_ends_uri: 'https://auth.example.com/ends',
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });

  it('names where tasks are opened only where an agent opens any, at the second host too', () => {
    const abilities = { signingAlgorithm: 'RS256', people: false, registration: false, assertions: [] };
    const mutualTls = 'https://mtls.auth.example.com';
    expect(authorizationServerMetadata(issuer, { ...abilities, tasks: true, mutualTls })).toMatchObject({
      vestibule_tasks_endpoint: 'https://auth.example.com/tasks',
      mtls_endpoint_aliases: { vestibule_tasks_endpoint: 'https://mtls.auth.example.com/tasks' },
    });
    const without = JSON.stringify(authorizationServerMetadata(issuer, { ...abilities, mutualTls }));
    expect(without).not.toContain('tasks');
  });

  it('names the details that narrow tokens of third parties only where any of these takes them', () => {
    const abilities = { signingAlgorithm: 'RS256', people: false, registration: false, assertions: [] };
    const typesWith = (detailedProviders: readonly string[]) =>
      authorizationServerMetadata(issuer, { ...abilities, detailedProviders })[
        'authorization_details_types_supported'
      ];
    expect(typesWith(['code'])).toEqual(['vestibule_egress']);
    expect(typesWith([])).toBeUndefined();
  });

  it('names what is there for people only where they sign in', () => {
    const people = { signingAlgorithm: 'RS256', people: true, registration: true, assertions: [] };
    expect(authorizationServerMetadata(issuer, people)).toMatchObject({
      registration_endpoint: 'https://auth.example.com/register',
      client_id_metadata_document_supported: true,
      authorization_response_iss_parameter_supported: true,
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      userinfo_endpoint: 'https://auth.example.com/userinfo',
      pushed_authorization_request_endpoint: 'https://auth.example.com/par',
      device_authorization_endpoint: 'https://auth.example.com/device_authorization',
      grant_types_supported: [
        ...['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ],
      token_endpoint_auth_methods_supported: [
        'none',
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
      ],
    });
    const closed = authorizationServerMetadata(issuer, { ...people, registration: false });
    expect(closed).not.toHaveProperty('registration_endpoint');
    const asserted = authorizationServerMetadata(issuer, { ...people, assertions: ['id_jag'] });
    expect(asserted['authorization_grant_profiles_supported']).toEqual([
      'urn:ietf:params:oauth:grant-profile:id-jag',
    ]);
  });
});

describe('the key set', () => {
  const kids = (...keys: readonly SigningKey[]) => keySet(aKeyRing(...keys), now).keys.map(({ kid }) => kid);

  it('has the signing key and the standby, by their public members alone', () => {
    const { keys } = keySet(aKeyRing(aSigningKey(), aStandbyKey()), now);
    const { publicJwk } = aSigningKey();
    expect(Object.keys(publicJwk).toSorted()).toEqual(['e', 'kty', 'n']);
    expect(keys).toEqual([
      { ...publicJwk, use: 'sig', alg: 'RS256', kid: 'active-key' },
      { ...publicJwk, use: 'sig', alg: 'RS256', kid: 'standby-key' },
    ]);
  });

  it('has a key on the curve P-256 by its two coordinates', () => {
    const publicJwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } as const;
    const { keys } = keySet(aKeyRing(aSigningKey({ algorithm: 'ES256', publicJwk })), now);
    expect(keys).toEqual([{ ...publicJwk, use: 'sig', alg: 'ES256', kid: 'active-key' }]);
  });

  it('keeps a key that signs no more until its last token has expired', () => {
    const retired = aSigningKey({ signUntil: instant(now - 10), publishUntil: instant(now + 1) });
    expect(kids(retired)).toEqual(['active-key']);
    expect(kids({ ...retired, publishUntil: now })).toEqual([]);
  });

  it('does not have a key before its time', () => {
    expect(kids(aStandbyKey({ publishedAt: instant(now + 1) }))).toEqual([]);
    expect(kids(aStandbyKey({ publishedAt: now }))).toEqual(['standby-key']);
  });

  it('has room for a thumbprint as kid', async () => {
    const { publicJwk } = aSigningKey();
    const kid = (await calculateJwkThumbprint(publicJwk)) as KeyThumbprint;
    expect(kids(aSigningKey({ kid }))).toEqual([kid]);
  });
});

describe('the metadata of a resource', () => {
  it('says whose tokens it takes, and for what', () => {
    expect(protectedResourceMetadata(aResource(), issuer)).toEqual({
      resource: 'https://mcp.example.com/mcp',
      authorization_servers: ['https://auth.example.com'],
      scopes_supported: ['tools:read', 'tools:write'],
      bearer_methods_supported: ['header'],
      resource_name: 'Demo',
    });
  });

  it('has no empty list of scopes', () => {
    expect(protectedResourceMetadata(aResource({ scopes: [] }), issuer)).not.toHaveProperty(
      'scopes_supported',
    );
  });
});

describe('a resource', () => {
  const registered = [
    aResource(),
    aResource({ id: 'local' as ResourceId, uri: uri('http://localhost:9401/mcp') }),
    aResource({
      id: 'hosted' as ResourceId,
      uri: uri('https://auth.example.com/agents/analyst'),
      kind: 'agent',
    }),
    aResource({ id: 'root' as ResourceId, uri: uri('https://root.example.com') }),
    aResource({
      id: 'stopped' as ResourceId,
      uri: uri('https://stopped.example.com/mcp'),
      state: 'disabled',
    }),
  ];
  const directory = (resources: readonly Resource[]): ResourceDirectory => ({
    findByUri: (wanted) => Promise.resolve(resources.find((candidate) => candidate.uri === wanted)),
    findById: (wanted) => Promise.resolve(resources.find(({ id }) => id === wanted)),
  });
  const find = async (suffix: string) => (await findResource(directory(registered), issuer, suffix))?.id;

  it.each([
    ['demo', 'demo'],
    ['mcp.example.com/mcp', 'demo'],
    ['MCP.example.com/mcp/', 'demo'],
    ['localhost:9401/mcp', 'local'],
    ['agents/analyst', 'hosted'],
    ['auth.example.com/agents/analyst', 'hosted'],
    ['root.example.com', 'root'],
  ])('is found by /%s', async (suffix, id) => {
    expect(await find(suffix)).toBe(id);
  });

  it.each([
    '',
    'unknown',
    'mcp.example.com',
    'mcp.example.com/mcp/tools',
    'mcp.example.com/mc',
    'stopped',
    'stopped.example.com/mcp',
    '../demo',
    'user@mcp.example.com/mcp',
    'mcp.example.com/mcp?x',
    'https://mcp.example.com/mcp',
    '\u0000',
  ])('is not found by /%s', async (suffix) => {
    expect(await find(suffix)).toBeUndefined();
  });

  it('may be the issuer itself', async () => {
    const own = aResource({ id: 'own' as ResourceId, uri: uri(issuer) });
    expect(await findResource(directory([own]), issuer, '')).toBe(own);
  });
});
