import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { PublicKeys } from '../../ports/signing.ts';
import { calling } from '../aws.ts';

/** Reads the public half of an RSA key, which KMS gives as DER-encoded SubjectPublicKeyInfo. */
export function kmsPublicKeys({ client }: { readonly client: KMSClient }): PublicKeys {
  return {
    publicJwk: async (keyArn) => {
      const { PublicKey } = await calling('KMS', () =>
        client.send(new GetPublicKeyCommand({ KeyId: keyArn })),
      );
      if (PublicKey === undefined) throw new Error(`KMS gave no public key for ${keyArn}`);
      const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
      const { kty, n, e } = key.export({ format: 'jwk' });
      if (kty !== 'RSA' || n === undefined || e === undefined) throw new Error(`${keyArn} is not an RSA key`);
      return { kty, n, e };
    },
  };
}
