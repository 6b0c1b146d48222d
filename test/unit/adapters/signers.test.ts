import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentSigner } from '../../../lambdas/adapters/kms/deployment-signer.ts';
import { kmsPublicKeys } from '../../../lambdas/adapters/kms/public-keys.ts';
import { keySet } from '../../../lambdas/oauth/metadata/key-set.ts';
import { signJwt } from '../../../lambdas/oauth/tokens/sign-jwt.ts';
import type { MadeKey, SigningAlgorithm } from '../../../lambdas/ports/signing.ts';
import { keyThumbprint } from '../../../lambdas/registry/key-thumbprint.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { aKeyRing, aSigningKey, now } from '../oauth/mothers.ts';
import { anEnvelope, type Envelope } from './a-wrapped-ring.ts';
import { type KmsService, startKms } from './kms-service.ts';

let kms: KmsService;
let tables: TestTables;
let envelope: Envelope;
beforeAll(async () => {
  [kms, tables] = [await startKms(), await startTables()];
  envelope = await anEnvelope(kms.client, tables);
});
afterAll(async () => {
  kms.stop();
  await tables.stop();
});

async function keyInKms(): Promise<MadeKey> {
  const create = new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
  const keyArn = (await kms.client.send(create)).KeyMetadata?.Arn ?? '';
  const publicJwk = await kmsPublicKeys(kms).publicJwk(keyArn);
  const custody = { kind: 'kms', keyArn } as const;
  return { kid: keyThumbprint(publicJwk), custody, algorithm: 'RS256', publicJwk };
}

let intents = 0;
const wrapped = (algorithm: SigningAlgorithm) => (): Promise<MadeKey> =>
  envelope.maker(algorithm).make(`intent-${++intents}`);

describe.each([
  ['RS256 in KMS', 'RS256', keyInKms],
  ['RS256, wrapped', 'RS256', wrapped('RS256')],
  ['ES256, wrapped', 'ES256', wrapped('ES256')],
] as const)('a key for %s', (_what, algorithm, make) => {
  const signer = () =>
    deploymentSigner({
      ...envelope,
      wrappedKeys: envelope.store,
      audit: (event) => envelope.audited.push(event),
    });
  const published = (...keys: readonly MadeKey[]) => {
    const ring = aKeyRing(...keys.map((key) => aSigningKey(key)));
    return createLocalJWKSet(keySet(ring, now) as unknown as Parameters<typeof createLocalJWKSet>[0]);
  };

  it('signs what others verify by the published key set', async () => {
    const [key, other] = [await make(), await make()];
    const token = await signJwt(signer(), aSigningKey(key), 'at+jwt', { sub: 'planner-client' });
    const verified = await jwtVerify(token, published(other, key), { algorithms: [algorithm] });
    expect(verified.payload).toEqual({ sub: 'planner-client' });
    expect(verified.protectedHeader).toEqual({ alg: algorithm, typ: 'at+jwt', kid: key.kid });
  });

  it('signs nothing that another key verifies', async () => {
    const [key, other] = [await make(), await make()];
    const token = await signJwt(signer(), aSigningKey(key), 'at+jwt', { sub: 'planner-client' });
    const mistaken = published({ ...other, kid: key.kid });
    await expect(jwtVerify(token, mistaken)).rejects.toThrow('signature verification failed');
  });

  it('signs again and again, and each time something of its own', async () => {
    const key = aSigningKey(await make());
    const signWith = signer();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_unused, jti) => signJwt(signWith, key, 'at+jwt', { jti })),
    );
    const payloads = await Promise.all(tokens.map((token) => jwtVerify(token, published(key))));
    expect(new Set(payloads.map(({ payload }) => payload.jti)).size).toBe(20);
  });
});
