import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import type { PublicJwk } from '../../../lambdas/ports/signing.ts';
import { keyThumbprint } from '../../../lambdas/registry/key-thumbprint.ts';

describe('the name of a key', () => {
  it.each(['RS256', 'ES256'])('is the thumbprint that others calculate (%s)', async (algorithm) => {
    const { publicKey } = await generateKeyPair(algorithm);
    const jwk = await exportJWK(publicKey);
    expect(keyThumbprint(jwk as PublicJwk)).toBe(await calculateJwkThumbprint(jwk));
  });
});
