import { describe, expect, it } from 'vitest';
import type { ReadAssertion } from '../../../lambdas/oauth/client-authentication/assertion.ts';
import { assertionAlgorithms } from '../../../lambdas/oauth/client-authentication/assertion-algorithms.ts';
import { candidates, isSignedByOneOf } from '../../../lambdas/oauth/client-authentication/signature.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { anAssertion, anAssertionKey, now } from './mothers.ts';

function read(overrides: Partial<ReadAssertion> = {}): ReadAssertion {
  return {
    algorithm: 'ES256',
    kid: 'client-key',
    subject: 'planner-client',
    jti: 'jti-1',
    audience: 'issuer',
    deadAt: now,
    ...overrides,
  };
}

describe.each(assertionAlgorithms)('an assertion signed with %s', (algorithm) => {
  it('is verified by its key, and by no other', async () => {
    const [key, other] = await Promise.all([anAssertionKey(algorithm), anAssertionKey(algorithm)]);
    const assertion = new Secret(await anAssertion(key));
    expect(await isSignedByOneOf([other.publicJwk, key.publicJwk], assertion, algorithm)).toBe(true);
    expect(await isSignedByOneOf([other.publicJwk], assertion, algorithm)).toBe(false);
    expect(await isSignedByOneOf([], assertion, algorithm)).toBe(false);
  });

  it('is refused once its content was changed', async () => {
    const key = await anAssertionKey(algorithm);
    const [header, , signature] = (await anAssertion(key)).split('.');
    const [, payload] = (await anAssertion(key, { sub: 'another' })).split('.');
    const forged = new Secret([header, payload, signature].join('.'));
    expect(await isSignedByOneOf([key.publicJwk], forged, algorithm)).toBe(false);
  });
});

describe('the keys of a client', () => {
  it('are found by kid, or all tried where the assertion names none', async () => {
    const { publicJwk } = await anAssertionKey();
    const keys = [publicJwk, { ...publicJwk, kid: 'other' }];
    expect(candidates(keys, read())).toEqual([publicJwk]);
    expect(candidates(keys, read({ kid: undefined }))).toHaveLength(2);
    expect(candidates(keys, read({ kid: 'unknown' }))).toEqual([]);
  });

  it('are tried ten at most', async () => {
    const { publicJwk } = await anAssertionKey();
    expect(
      candidates(
        Array.from({ length: 50 }, () => publicJwk),
        read({ kid: undefined }),
      ),
    ).toHaveLength(10);
  });

  it.each([
    ['meant for encryption', { use: 'enc' }],
    ['meant for another algorithm', { alg: 'ES384' }],
    ['meant for signing only', { key_ops: ['sign'] }],
    ['of another type', { kty: 'RSA' }],
    ['on another curve', { crv: 'P-384' }],
    ['that is private', { d: 'AAAA' }],
    ['whose kid is not text', { kid: 7 }],
  ])('are passed over where one is %s', async (_what, member) => {
    const { publicJwk } = await anAssertionKey();
    expect(candidates([{ ...publicJwk, ...member }], read())).toEqual([]);
  });

  it('are passed over where one is no key at all', () => {
    expect(candidates([null, 'key', 7, [], {}], read({ kid: undefined }))).toEqual([]);
  });

  it('are never taken for a shared secret', () => {
    const keys = [{ kty: 'oct', k: 'c2VjcmV0', kid: 'client-key' }];
    expect(candidates(keys, read())).toEqual([]);
  });
});
