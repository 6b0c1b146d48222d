import { CreateKeyCommand, type KeySpec } from '@aws-sdk/client-kms';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kmsPublicKeys } from '../../../lambdas/adapters/kms/public-keys.ts';
import { kmsSigner } from '../../../lambdas/adapters/kms/signer.ts';
import { keySet } from '../../../lambdas/oauth/metadata/key-set.ts';
import { signJwt } from '../../../lambdas/oauth/tokens/sign-jwt.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { aKeyRing, aSigningKey, now } from '../oauth/mothers.ts';
import { startKms, type KmsService } from './kms-service.ts';

let kms: KmsService;

beforeAll(async () => {
  kms = await startKms();
});

afterAll(() => {
  kms.stop();
});

async function aKeyArn(spec: KeySpec = 'RSA_2048'): Promise<string> {
  const { KeyMetadata } = await kms.client.send(
    new CreateKeyCommand({ KeySpec: spec, KeyUsage: 'SIGN_VERIFY' }),
  );
  return KeyMetadata?.Arn ?? '';
}

describe('a key in KMS', () => {
  it('signs what its published half verifies', async () => {
    const keyArn = await aKeyArn();
    const publicJwk = await kmsPublicKeys(kms).publicJwk(keyArn);
    expect(Object.keys(publicJwk).sort()).toEqual(['e', 'kty', 'n']);
    const key = aSigningKey({ custody: { kind: 'kms', keyArn }, publicJwk });
    const token = await signJwt(kmsSigner(kms), key, 'at+jwt', { sub: 'planner-client' });
    const jwks = keySet(aKeyRing(key), now) as unknown as Parameters<typeof createLocalJWKSet>[0];
    const verified = await jwtVerify(token, createLocalJWKSet(jwks));
    expect(verified.payload).toEqual({ sub: 'planner-client' });
  });

  it('does not sign while KMS is throttled, and does right after', async () => {
    const key = aSigningKey({ custody: { kind: 'kms', keyArn: await aKeyArn() } });
    kms.throttle(true);
    await expect(kmsSigner(kms).sign(key, 'a.b')).rejects.toThrow(DependencyUnavailable);
    kms.throttle(false);
    await expect(kmsSigner(kms).sign(key, 'a.b')).resolves.toHaveLength(256);
  });

  it('that is not there is an outage, which names KMS', async () => {
    const keyArn = 'arn:aws:kms:us-east-1:000000000000:key/none';
    const key = aSigningKey({ custody: { kind: 'kms', keyArn } });
    await expect(kmsSigner(kms).sign(key, 'a.b')).rejects.toThrow('KMS is unavailable');
    await expect(kmsPublicKeys(kms).publicJwk(keyArn)).rejects.toThrow('KMS is unavailable');
  });

  it('signs for no key whose private half is elsewhere', async () => {
    const key = aSigningKey({ custody: { kind: 'envelope' } });
    await expect(kmsSigner(kms).sign(key, 'a.b')).rejects.toThrow(DependencyUnavailable);
  });

  it('of another family is not taken for a signing key', async () => {
    const keyArn = await aKeyArn('ECC_NIST_P256');
    await expect(kmsPublicKeys(kms).publicJwk(keyArn)).rejects.toThrow(`${keyArn} is not an RSA key`);
  });
});
