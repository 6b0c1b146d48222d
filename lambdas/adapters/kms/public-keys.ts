import { GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { PublicKeys } from '../../ports/signing.ts';
import { calling } from '../aws.ts';
import { publicJwkOf, publicKeyOfSpki } from './spki.ts';

/** Reads the public half of an RSA key, which KMS gives as DER-encoded SubjectPublicKeyInfo. */
export function kmsPublicKeys({ client }: { readonly client: KMSClient }): PublicKeys {
  return {
    publicJwk: async (keyArn) => {
      const { PublicKey } = await calling('KMS', () =>
        client.send(new GetPublicKeyCommand({ KeyId: keyArn })),
      );
      if (PublicKey === undefined) throw new Error(`KMS gave no public key for ${keyArn}`);
      const jwk = publicJwkOf(publicKeyOfSpki(PublicKey));
      if (jwk?.kty !== 'RSA') throw new Error(`${keyArn} is not an RSA key`);
      return jwk;
    },
  };
}
