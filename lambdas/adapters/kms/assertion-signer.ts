import { createHash } from 'node:crypto';
import { SignCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { AssertionSigner } from '../../ports/assertion-signer.ts';
import type { AssertionAlgorithm } from '../../ports/identity-providers.ts';
import { calling } from '../aws.ts';
import { joinedSignature } from './joined-signature.ts';

const algorithmOf = {
  RS256: 'RSASSA_PKCS1_V1_5_SHA_256',
  PS256: 'RSASSA_PSS_SHA_256',
  ES256: 'ECDSA_SHA_256',
} as const satisfies Record<AssertionAlgorithm, string>;

/** Signs with keys that never leave KMS. The digest is made here, so that nothing of an assertion is sent there. */
export function kmsAssertionSigner({ client }: { readonly client: KMSClient }): AssertionSigner {
  return {
    sign: ({ keyArn }, alg, signingInput) =>
      calling('KMS', async () => {
        const { Signature: signature } = await client.send(
          new SignCommand({
            KeyId: keyArn,
            Message: createHash('sha256').update(signingInput).digest(),
            MessageType: 'DIGEST',
            SigningAlgorithm: algorithmOf[alg],
          }),
        );
        if (signature === undefined) throw new Error('KMS answered without a signature');
        return alg === 'ES256' ? joinedSignature(signature) : signature;
      }),
  };
}
