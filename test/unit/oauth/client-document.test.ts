import { describe, expect, it } from 'vitest';
import { start, url, document, served, hosts } from './document-hosts.ts';

describe('the URL of a metadata document', () => {
  it.each([
    'http://app.example.com/client.json',
    'https://app.example.com',
    'https://app.example.com/',
    'https://app.example.com/client.json#x',
    'https://user@app.example.com/client.json',
    'https://app.example.com/a/../client.json',
    'https://app.example.com/%2e%2e/client.json',
    'https://APP.example.com/client.json',
    'https://app.example.com./client.json',
    'https://app.example.com:443/client.json',
    'https://app.example.com\\client.json',
    'https://',
  ])('is one that means itself, which %s does not', async (of) => {
    const { find, asked } = hosts([served({ ...document, client_id: of })]);
    expect(await find(start, undefined, of)).toMatchObject({ ok: false, refusal: { reason: 'invalid' } });
    expect(asked).toEqual([]);
  });

  it.each(['https://app.example.com:8443/client.json', 'https://app.example.com/client?v=1'])(
    'may be %s',
    async (of) => {
      const { find } = hosts([served({ ...document, client_id: of })]);
      expect((await find(start, undefined, of)).ok).toBe(true);
    },
  );
});

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

describe('a metadata document', () => {
  const jwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };

  it('may ask for tokens that are bound to a certificate, and gets no others then', async () => {
    const bound = { ...document, tls_client_certificate_bound_access_tokens: true };
    const { find } = hosts([served(bound)]);
    expect(await find(start)).toMatchObject({ ok: true, value: { certificateBound: true } });
  });

  it('chooses no certificate to be known by', async () => {
    const known = { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: 'a.example' };
    const { find } = hosts([served({ ...document, ...known })]);
    expect(await find(start)).toMatchObject({ ok: false });
  });

  it.each<[string, object]>([
    ['members that we do not know', { surprise: { of: ['any'] }, scope: 7, logo_uri: null }],
    ['grants that we do not know', { grant_types: ['authorization_code', 'urn:x', 7] }],
    [
      'redirect URIs that are none beside one that is',
      { redirect_uris: [...document.redirect_uris, 'x', 7] },
    ],
    [
      'keys by their address',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://a.example/k' },
    ],
    ['its keys', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } }],
    ['ways out that are none', { post_logout_redirect_uris: 'x' }],
    ['a demand for pushed requests that is none', { require_pushed_authorization_requests: 'yes' }],
    ['the device grant alone, and no redirect URI', { grant_types: [deviceGrant], redirect_uris: undefined }],
    ['the device grant beside the usual ones', { grant_types: ['authorization_code', deviceGrant] }],
    ['loopback redirect URIs without a port', { redirect_uris: ['http://127.0.0.1/callback'] }],
  ])('may hold %s', async (_what, change) => {
    expect((await hosts([served({ ...document, ...change })]).find(start)).ok).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['no object', [], 'client_id'],
    ['null', null, 'the document'],
    ['another client_id', { client_id: `${url}/` }, 'client_id'],
    ['a name that nobody sees', { client_name: ' \u200b\u2060\u3164' }, 'client_name'],
    ['no redirect URI', { redirect_uris: [] }, 'redirect_uris'],
    [
      'redirect URIs that are none',
      { redirect_uris: ['http://app.example.com/cb', 'javascript:x'] },
      'redirect_uris',
    ],
    ['a scheme of its own that nobody allowed', { redirect_uris: ['app://x/cb'] }, 'redirect_uris'],
    ['refresh tokens alone', { grant_types: ['refresh_token'] }, 'grant_types'],
    [
      'no redirect URI beside a grant that needs one',
      { grant_types: ['authorization_code', deviceGrant], redirect_uris: [] },
      'redirect_uris',
    ],
    ['no grant of ours', { grant_types: ['client_credentials'] }, 'grant_types'],
    ['a secret', { client_secret: 'canary-secret' }, 'secret'],
    ['the end of a secret', { client_secret_expires_at: 0 }, 'secret'],
    ['a secret as proof', { token_endpoint_auth_method: 'client_secret_post' }, 'token_endpoint_auth_method'],
    ['Basic as proof', { token_endpoint_auth_method: 'client_secret_basic' }, 'token_endpoint_auth_method'],
    [
      'a shared key as proof',
      { token_endpoint_auth_method: 'client_secret_jwt' },
      'token_endpoint_auth_method',
    ],
    ['keys nowhere', { token_endpoint_auth_method: 'private_key_jwt' }, 'jwks'],
    [
      'keys twice',
      {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: 'https://a.example/k',
        jwks: { keys: [jwk] },
      },
      'jwks',
    ],
    [
      'a private key',
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ ...jwk, d: 'canary-secret' }] } },
      'jwks',
    ],
    ['keys at no URL', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'file:///k' }, 'jwks_uri'],
  ])('may not hold %s, and its developer is told', async (_what, change, words) => {
    const json =
      typeof change === 'object' && change !== null && !Array.isArray(change)
        ? { ...document, ...change }
        : change;
    const found = await hosts([served(json)]).find(start);
    expect(found).toMatchObject({ ok: false, refusal: { reason: 'invalid' } });
    const detail = found.ok ? '' : found.refusal.detail;
    expect(detail).toContain(words);
    expect(detail).not.toContain('canary');
  });
});
