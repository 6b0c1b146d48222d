import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CryptoKey, exportJWK, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { createVerifier, type Verification } from '../../../lambdas/resource-server/index.ts';
import {
  makeKey,
  makeToken,
  parseChallenge,
  resource,
  resourceMetadata,
  startKeyServer,
  type KeyServer,
  type SigningKey,
  type TokenChanges,
} from './fixture.ts';

const now = 1_800_000_000;
let key: SigningKey;
let server: KeyServer;

beforeAll(async () => {
  key = await makeKey('first');
  server = await startKeyServer([key], () => now);
});
afterAll(() => server.close());

function verifier(): ReturnType<typeof createVerifier> {
  return createVerifier({ issuer: server.issuer, resource, scopes: ['tools:read'], now: () => now });
}

async function present(changes: TokenChanges = {}): Promise<Verification> {
  return verifier().verify(`Bearer ${await makeToken(key, server.issuer, now, changes)}`);
}

function refusal(verification: Verification): {
  status: number;
  error: string | undefined;
  description: string | undefined;
} {
  if (verification.ok) throw new Error('the token was accepted');
  const { parameters } = parseChallenge(verification.challenge.headers['www-authenticate']);
  return {
    status: verification.challenge.status,
    error: parameters['error'],
    description: parameters['error_description'],
  };
}

describe('a token for this resource', () => {
  it('is accepted and its claims are handed over', async () => {
    const verification = await present();
    expect(verification).toMatchObject({
      ok: true,
      token: {
        client_id: 'planner-client',
        agent_id: 'planner',
        scope: 'tools:read tools:write',
        aud: resource,
      },
    });
  });

  it('is accepted with typ application/at+jwt and in upper case', async () => {
    expect((await present({ header: { typ: 'application/at+jwt' } })).ok).toBe(true);
    expect((await present({ header: { typ: 'AT+JWT' } })).ok).toBe(true);
  });

  it('is accepted when this resource is one of its audiences', async () => {
    expect((await present({ claims: { aud: ['https://other.example', resource] } })).ok).toBe(true);
  });

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('is accepted when signed with %s', async (alg) => {
    const other = await makeKey('other', alg);
    const keys = await startKeyServer([key, other], () => now);
    const gate = createVerifier({ issuer: keys.issuer, resource, now: () => now });
    expect((await gate.verify(`Bearer ${await makeToken(other, keys.issuer, now)}`)).ok).toBe(true);
    await keys.close();
  });

  it('is measured against the audience registered instead of the resource', async () => {
    const gate = createVerifier({ issuer: server.issuer, resource, audience: 'api://mcp', now: () => now });
    const token = await makeToken(key, server.issuer, now, { claims: { aud: 'api://mcp' } });
    expect((await gate.verify(`Bearer ${token}`)).ok).toBe(true);
    expect(refusal(await gate.verify(`Bearer ${await makeToken(key, server.issuer, now)}`)).status).toBe(401);
  });
});

describe('a token that is refused as invalid_token with 401', () => {
  const refused: [string, TokenChanges][] = [
    ['is for another resource', { claims: { aud: 'https://mcp.example.com/public' } }],
    ['is for a resource that only starts like this one', { claims: { aud: `${resource}/` } }],
    ['is for a resource spelled in another case', { claims: { aud: resource.toUpperCase() } }],
    ['has no audience', { claims: { aud: undefined } }],
    ['is from another issuer', { claims: { iss: 'https://evil.example' } }],
    ['has expired', { claims: { exp: now - 6 } }],
    ['never expires', { claims: { exp: undefined } }],
    ['is not valid yet', { claims: { nbf: now + 6 } }],
    ['is an ID token', { header: { typ: 'JWT' } }],
    ['does not say what it is', { header: { typ: undefined } }],
    ['names no key', { header: { kid: undefined } }],
    ['names no client', { claims: { client_id: undefined } }],
    ['has no id', { claims: { jti: undefined } }],
    ['has no subject', { claims: { sub: undefined } }],
    ['has a scope that is no text', { claims: { scope: ['tools:read'] } }],
    ['has a client that is no text', { claims: { client_id: 7 } }],
    ['has an audience that is no text', { claims: { aud: [[resource]] } }],
  ];
  it.each(refused)('%s', async (_, changes) => {
    expect(refusal(await present(changes))).toMatchObject({ status: 401, error: 'invalid_token' });
  });

  it('is within the clock tolerance of its expiry and of its start, and no further', async () => {
    expect((await present({ claims: { exp: now - 4, nbf: now + 5 } })).ok).toBe(true);
    expect((await present({ claims: { exp: now - 5 } })).ok).toBe(false);
  });

  it('is unsigned', async () => {
    const token = new UnsecuredJWT({ sub: 'x' }).setIssuer(server.issuer).setAudience(resource).encode();
    expect(refusal(await verifier().verify(`Bearer ${token}`))).toMatchObject({ error: 'invalid_token' });
  });

  it('is signed with the public key as a shared secret', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(key.publicJwk));
    const token = await new SignJWT({ iss: server.issuer, aud: resource, exp: now + 900 })
      .setProtectedHeader({ alg: 'HS256', kid: key.kid, typ: 'at+jwt' })
      .sign(secret);
    expect(refusal(await verifier().verify(`Bearer ${token}`))).toMatchObject({ error: 'invalid_token' });
  });

  it('is signed by another key under a published kid', async () => {
    const impostor = await makeKey(key.kid);
    const token = await makeToken(impostor, server.issuer, now);
    expect(refusal(await verifier().verify(`Bearer ${token}`))).toMatchObject({
      error: 'invalid_token',
      description: 'The access token does not verify',
    });
  });

  it.each(['PS256', 'RS512'])('is signed as %s by a key that is for RS256', async (said) => {
    const own = await makeKey('own', 'RS256');
    const privateKey = (await importJWK(await exportJWK(own.privateKey), said)) as CryptoKey;
    expect(refusal(await judged(own, { ...own, alg: said, privateKey }))).toMatchObject(invalid);
  });

  it.each([
    ['RS256', 'ES256'],
    ['ES256', 'RS256'],
  ])('names the key for %s and is signed as %s', async (alg, said) => {
    const own = await makeKey('own', alg);
    expect(refusal(await judged(own, await makeKey('own', said)))).toMatchObject(invalid);
  });

  const invalid = { status: 401, error: 'invalid_token' } as const;
  /** The verdict on a token of `signer` where `published` is the one key of the issuer. */
  async function judged(published: SigningKey, signer: SigningKey): Promise<Verification> {
    const keys = await startKeyServer([published]);
    const gate = createVerifier({ issuer: keys.issuer, resource, now: () => now });
    const verification = await gate.verify(`Bearer ${await makeToken(signer, keys.issuer, now)}`);
    await keys.close();
    return verification;
  }

  it('has one changed claim', async () => {
    const [header = '', payload = '', signature = ''] = (await makeToken(key, server.issuer, now)).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const changed = Buffer.from(JSON.stringify({ ...claims, scope: 'admin' })).toString('base64url');
    const token = [header, changed, signature].join('.');
    expect(refusal(await verifier().verify(`Bearer ${token}`))).toMatchObject({ error: 'invalid_token' });
  });

  it('claims a critical extension', async () => {
    const header = { crit: ['urn:example:extension'], 'urn:example:extension': true };
    expect(refusal(await present({ header }))).toMatchObject({ status: 401, error: 'invalid_token' });
  });

  it.each(['a', 'a.b.c', '..', 'eyJhbGciOiJFUzI1NiJ9..'])('is %s', async (token) => {
    expect(refusal(await verifier().verify(`Bearer ${token}`))).toMatchObject({ error: 'invalid_token' });
  });

  it('never shows a part of the token in the answer', async () => {
    const verification = await present({
      claims: { aud: 'https://secret.example', iss: 'https://x.example' },
    });
    expect(JSON.stringify(verification)).not.toMatch(/secret\.example|x\.example|eyJ/);
  });
});

describe('the scopes of an operation', () => {
  const read = { claims: { scope: 'tools:read' } };

  it('are refused with everything the operation needs, not only what is missing', async () => {
    const token = `Bearer ${await makeToken(key, server.issuer, now, read)}`;
    const verification = await verifier().verify(token, { scopes: ['tools:read', 'tools:write'] });
    if (verification.ok) throw new Error('accepted');
    expect(verification.challenge.status).toBe(403);
    expect(parseChallenge(verification.challenge.headers['www-authenticate'])).toEqual({
      scheme: 'Bearer',
      parameters: {
        error: 'insufficient_scope',
        error_description: 'The access token lacks a scope this operation needs',
        resource_metadata: resourceMetadata,
        scope: 'tools:read tools:write',
      },
    });
    expect(verification.challenge.body).toMatchObject({ error: 'insufficient_scope' });
  });

  it('are those of the verifier where the operation names none', async () => {
    const token = `Bearer ${await makeToken(key, server.issuer, now, { claims: { scope: 'other' } })}`;
    expect(refusal(await verifier().verify(token)).status).toBe(403);
    expect((await verifier().verify(token, { scopes: [] })).ok).toBe(true);
  });

  it('may be implied by a wider scope when the server says so', async () => {
    const token = `Bearer ${await makeToken(key, server.issuer, now, { claims: { scope: 'tools:write' } })}`;
    const satisfies = (granted: readonly string[], needed: string): boolean =>
      granted.includes(needed) || (needed === 'tools:read' && granted.includes('tools:write'));
    expect((await verifier().verify(token, { satisfies })).ok).toBe(true);
    expect((await verifier().verify(token)).ok).toBe(false);
  });

  it('are missing altogether in a token without scope', async () => {
    expect(refusal(await present({ claims: { scope: undefined } })).status).toBe(403);
  });

  it('are never looked at before the token is known to be good', async () => {
    const verification = await present({ claims: { scope: 'other', aud: 'https://other.example' } });
    expect(refusal(verification).error).toBe('invalid_token');
  });

  it('cannot be a text that would break the challenge', async () => {
    await expect(verifier().verify(null, { scopes: ['a", evil="b'] })).rejects.toThrow(TypeError);
    expect(() => createVerifier({ issuer: server.issuer, resource, scopes: ['a b'] })).toThrow(TypeError);
  });
});

describe('options', () => {
  it('refuse plain http anywhere but on loopback, fragments and relative metadata', () => {
    const issuer = 'https://auth.example.com';
    expect(() => createVerifier({ issuer: 'http://auth.example.com', resource })).toThrow(/issuer/);
    expect(() => createVerifier({ issuer, resource: `${resource}#x` })).toThrow(/resource/);
    expect(() => createVerifier({ issuer, resource: 'mcp' })).toThrow(/resource/);
    expect(() => createVerifier({ issuer, resource, resourceMetadata: '/.well-known/x' })).toThrow(
      /absolute/,
    );
    expect(() => createVerifier({ issuer, resource, jwksUri: 'http://keys.example.com' })).toThrow(/jwksUri/);
  });

  it('take keys and metadata from where they say', async () => {
    const gate = createVerifier({
      issuer: 'https://auth.example.com',
      resource,
      resourceMetadata: 'https://auth.example.com/.well-known/oauth-protected-resource/demo',
      jwksUri: `${server.issuer}/.well-known/jwks.json`,
      ends: 'off',
      now: () => now,
    });
    const token = await makeToken(key, 'https://auth.example.com', now);
    expect((await gate.verify(`Bearer ${token}`)).ok).toBe(true);
    expect(gate.resourceMetadata).toBe('https://auth.example.com/.well-known/oauth-protected-resource/demo');
  });
});
