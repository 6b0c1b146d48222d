import { beforeAll, describe, expect, it } from 'vitest';
import { readAssertion } from '../../../lambdas/oauth/client-authentication/assertion.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import {
  anAssertion,
  anAssertionKey,
  issuer,
  now,
  tokenEndpointUrl,
  type AssertionKeyPair,
} from './mothers.ts';

const audiences = { issuer, tokenEndpoint: tokenEndpointUrl };
let key: AssertionKeyPair;

beforeAll(async () => {
  key = await anAssertionKey();
});

async function read(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
) {
  return readAssertion(new Secret(await anAssertion(key, claims, header)), audiences, now);
}

const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the claims of a client assertion', () => {
  it('give the client, the key, the jti and the moment when nothing accepts it any more', async () => {
    expect(await read({ exp: now + 60.5 })).toEqual({
      ok: true,
      value: {
        algorithm: 'ES256',
        kid: 'client-key',
        subject: 'planner-client',
        jti: 'jti-1',
        audience: 'issuer',
        deadAt: instant(now + 61 + 30),
      },
    });
  });

  it.each([
    ['one audience in an array', { aud: [issuer] }],
    ['the token endpoint as audience, to be judged by the client', { aud: tokenEndpointUrl }],
    ['an expiry ten minutes and the skew ahead', { exp: now + 630 }],
    ['an expiry within the skew', { exp: now - 29 }],
    ['nbf and iat within the skew', { nbf: now + 30, iat: now + 30 }],
    ['a jti of 512 characters', { jti: 'j'.repeat(512) }],
  ])('may have %s', async (_what, claims) => {
    expect((await read(claims)).ok).toBe(true);
  });

  it.each([{ typ: 'JWT' }, { typ: 'jwt' }, { typ: 'client-authentication+jwt' }, { typ: undefined }])(
    'may be typed as %j',
    async (header) => {
      expect((await read({}, header)).ok).toBe(true);
    },
  );

  it.each([
    ['another audience', { aud: 'https://other.example.com' }, 'must have the issuer as its only aud'],
    ['the issuer with a slash', { aud: `${issuer}/` }, 'must have the issuer as its only aud'],
    ['two audiences', { aud: [issuer, tokenEndpointUrl] }, 'must carry iss, sub, one aud, exp and jti'],
    ['no audience', { aud: [] }, 'must carry iss, sub, one aud, exp and jti'],
    ['another issuer than its subject', { iss: 'other' }, 'must have the client as iss and as sub'],
    ['no iss', { iss: undefined }, 'must carry iss, sub, one aud, exp and jti'],
    ['no sub', { sub: undefined }, 'must carry iss, sub, one aud, exp and jti'],
    ['no exp', { exp: undefined }, 'must carry iss, sub, one aud, exp and jti'],
    ['an exp as text', { exp: String(now + 60) }, 'must carry iss, sub, one aud, exp and jti'],
    ['no jti', { jti: undefined }, 'must carry iss, sub, one aud, exp and jti'],
    ['an empty jti', { jti: '' }, 'must carry iss, sub, one aud, exp and jti'],
    ['a jti without end', { jti: 'j'.repeat(513) }, 'must carry iss, sub, one aud, exp and jti'],
    ['an exp that has passed', { exp: now - 30 }, 'is expired'],
    ['an exp too far ahead', { exp: now + 3_631 }, 'must expire within 3600 seconds'],
    ['an nbf in the future', { nbf: now + 31 }, 'is not valid yet'],
    ['an iat in the future', { iat: now + 31 }, 'was issued in the future'],
  ])('are refused with %s', async (_what, claims, detail) => {
    expect(await read(claims)).toEqual({
      ok: false,
      refusal: { reason: 'assertion_not_acceptable', detail },
    });
  });

  it.each([{ typ: 'at+jwt' }, { typ: 'oauth-id-jag+jwt' }, { typ: 7 }])(
    'are refused as another kind of JWT: %j',
    async (header) => {
      expect((await read({}, header)).ok).toBe(false);
    },
  );

  it.each([
    ['nothing', ''],
    ['no JWT', 'abc'],
    ['an encrypted JWT', 'a.b.c.d.e'],
    ['alg none', `${segment({ alg: 'none' })}.${segment({ iss: 'a', sub: 'a' })}.`],
    ['a symmetric algorithm', `${segment({ alg: 'HS256' })}.${segment({ iss: 'a', sub: 'a' })}.AAAA`],
    ['an algorithm beyond the list', `${segment({ alg: 'RS512' })}.${segment({})}.AAAA`],
    ['a critical extension', `${segment({ alg: 'ES256', crit: ['b64'], b64: false })}.${segment({})}.AAAA`],
  ])('are refused as %s', (_what, text) => {
    expect(readAssertion(new Secret(text), audiences, now)).toEqual({
      ok: false,
      refusal: {
        reason: 'assertion_not_acceptable',
        detail: 'must be a JWT signed with RS256, PS256, ES256, EdDSA or Ed25519',
      },
    });
  });
});
