import { GenerateDataKeyPairWithoutPlaintextCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { SigningAlgorithm, SigningKeyMaker } from '../../ports/signing.ts';
import type { WrappedKey, WrappedKeyStore } from '../../ports/wrapped-keys.ts';
import { keyThumbprint } from '../../registry/key-thumbprint.ts';
import { calling } from '../aws.ts';
import { publicJwkOf, publicKeyOfSpki } from './spki.ts';
import { encryptionContextOf, type WrappingKey } from './wrapping-key.ts';

const pairSpecs = { RS256: 'RSA_2048', ES256: 'ECC_NIST_P256' } as const;

export interface EnvelopeKeyMakerOptions {
  readonly client: KMSClient;
  readonly store: WrappedKeyStore;
  readonly wrappingKey: WrappingKey;
  readonly algorithm: SigningAlgorithm;
}

/** Has KMS make key pairs and keeps their private halves wrapped: whoever makes a key never sees it. */
export function envelopeKeyMaker(options: EnvelopeKeyMakerOptions): SigningKeyMaker {
  const { store } = options;
  return {
    make: async (intent) => {
      const kept = (await store.findByIntent(intent)) ?? (await store.add(await generated(options, intent)));
      const { kid, algorithm, publicJwk } = kept;
      return { kid, custody: { kind: 'envelope' }, algorithm, publicJwk };
    },
    destroy: ({ kid }) => store.remove(kid),
  };
}

async function generated(
  { client, wrappingKey, algorithm }: EnvelopeKeyMakerOptions,
  intent: string,
): Promise<WrappedKey> {
  const pair = await calling('KMS', () =>
    client.send(
      new GenerateDataKeyPairWithoutPlaintextCommand({
        KeyId: wrappingKey.keyArn,
        KeyPairSpec: pairSpecs[algorithm],
        EncryptionContext: encryptionContextOf(wrappingKey, intent),
      }),
    ),
  );
  if (pair.PublicKey === undefined || pair.PrivateKeyCiphertextBlob === undefined) {
    throw new Error('KMS answered without a key pair');
  }
  const publicJwk = publicJwkOf(publicKeyOfSpki(pair.PublicKey));
  if (publicJwk === undefined) throw new Error(`KMS made a key pair that does not sign ${algorithm}`);
  return {
    kid: keyThumbprint(publicJwk),
    intent,
    algorithm,
    publicJwk,
    wrappedPrivateKey: pair.PrivateKeyCiphertextBlob,
  };
}
