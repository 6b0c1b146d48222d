import { createHash } from 'node:crypto';
import { SignCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { Signer } from '../../ports/signing.ts';
import { calling } from '../aws.ts';

/** Signs with a key that never leaves KMS. The digest is made here, so that no token's content is sent anywhere. */
export function kmsSigner({ client }: { readonly client: KMSClient }): Signer {
  return {
    sign: ({ kid, custody }, signingInput) =>
      calling('KMS', async () => {
        if (custody.kind !== 'kms') throw new Error(`the private half of ${kid} is not in KMS`);
        const { Signature } = await client.send(
          new SignCommand({
            KeyId: custody.keyArn,
            Message: createHash('sha256').update(signingInput).digest(),
            MessageType: 'DIGEST',
            SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
          }),
        );
        if (Signature === undefined) throw new Error('KMS answered without a signature');
        return Signature;
      }),
  };
}
