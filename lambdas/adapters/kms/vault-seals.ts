import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import * as v from 'valibot';
import type { SealedToken, UpstreamToken, VaultBinding, VaultSeals } from '../../ports/vault.ts';
import { Secret } from '../../runtime/secret.ts';
import { calling } from '../aws.ts';

const content = v.pipe(v.string(), v.parseJson(), v.object({ refresh_token: v.string(), sub: v.string() }));
const tagBytes = 16;

/**
 * Envelopes: each token under a data key of its own, which KMS wraps. The binding is the encryption context of the data
 * key, and authenticated along with the token, so that an item copied to another grant opens for nobody.
 */
export function kmsVaultSeals(options: {
  readonly client: KMSClient;
  readonly keyArn: string;
  readonly deployment: string;
}): VaultSeals {
  const { client, keyArn, deployment } = options;
  const contextOf = ({ grant, idp, person }: VaultBinding): Record<string, string> => ({
    deployment,
    purpose: 'upstream-grant',
    grant,
    idp,
    person,
  });
  return {
    seal: async (binding, token) => {
      const context = contextOf(binding);
      const { CiphertextBlob: wrapped, Plaintext: key } = await calling('KMS', () =>
        client.send(
          new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext: context }),
        ),
      );
      if (wrapped === undefined || key === undefined) throw new Error('KMS gave no data key');
      return encrypt(key, Buffer.from(wrapped).toString('base64'), context, token);
    },
    open: async (binding, sealed) => {
      const context = contextOf(binding);
      const { Plaintext: key } = await calling('KMS', () =>
        client.send(
          new DecryptCommand({
            KeyId: keyArn,
            CiphertextBlob: Buffer.from(sealed.wrappedKey, 'base64'),
            EncryptionContext: context,
          }),
        ),
      );
      if (key === undefined) throw new Error('KMS gave no data key');
      return {
        ...decrypt(key, context, sealed),
        reseal: (token) => encrypt(key, sealed.wrappedKey, context, token),
      };
    },
  };
}

function encrypt(
  key: Uint8Array,
  wrappedKey: string,
  context: Readonly<Record<string, string>>,
  { refreshToken, subject }: UpstreamToken,
): SealedToken {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(JSON.stringify(context)));
  const text = JSON.stringify({ refresh_token: refreshToken.reveal(), sub: subject });
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { wrappedKey, iv: iv.toString('base64'), ciphertext: ciphertext.toString('base64') };
}

function decrypt(
  key: Uint8Array,
  context: Readonly<Record<string, string>>,
  sealed: SealedToken,
): UpstreamToken {
  const bytes = Buffer.from(sealed.ciphertext, 'base64');
  const iv = Buffer.from(sealed.iv, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
    .setAAD(Buffer.from(JSON.stringify(context)))
    .setAuthTag(bytes.subarray(-tagBytes));
  const text = Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString();
  const { refresh_token: token, sub } = v.parse(content, text);
  return { refreshToken: new Secret(token), subject: sub };
}
