import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { ClientSigningKeys } from '../../ports/client-signing-keys.ts';
import { calling } from '../aws.ts';

/** Reads the public half of a client's key, of whatever kind: its declaration is judged like any other. */
export function kmsClientSigningKeys({ client }: { readonly client: KMSClient }): ClientSigningKeys {
  return {
    publicJwk: async (keyArn) => {
      const { PublicKey: spki } = await calling('KMS', () =>
        client.send(new GetPublicKeyCommand({ KeyId: keyArn })),
      );
      if (spki === undefined) throw new Error(`KMS gave no public key for ${keyArn}`);
      return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({
        format: 'jwk',
      });
    },
  };
}
