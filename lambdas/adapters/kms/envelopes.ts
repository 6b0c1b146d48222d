import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { SealedToken } from '../../ports/vault.ts';
import { calling } from '../aws.ts';

const tagBytes = 16;

/** What an envelope is bound to, in the order of its making. */
type Context = Readonly<Record<string, string>>;

/** Seals texts under one data key: nothing that could fail is asked. */
export type Envelope = (text: string) => SealedToken;

export interface Envelopes {
  readonly fresh: (context: Context) => Promise<Envelope>;
  /** With the envelope, under which another text can be sealed in its place. */
  readonly open: (
    context: Context,
    sealed: SealedToken,
  ) => Promise<{ readonly text: string; readonly envelope: Envelope }>;
}

/**
 * Texts under data keys of their own, which KMS wraps. The context is the encryption context of the data key, and
 * authenticated along with the text, so that an item copied elsewhere opens for nobody.
 */
export function kmsEnvelopes({
  client,
  keyArn,
}: {
  readonly client: KMSClient;
  readonly keyArn: string;
}): Envelopes {
  return {
    fresh: async (context) => {
      const { CiphertextBlob: wrapped, Plaintext: key } = await calling('KMS', () =>
        client.send(
          new GenerateDataKeyCommand({
            KeyId: keyArn,
            KeySpec: 'AES_256',
            EncryptionContext: { ...context },
          }),
        ),
      );
      if (wrapped === undefined || key === undefined) throw new Error('KMS gave no data key');
      return envelopeOf(key, Buffer.from(wrapped).toString('base64'), context);
    },
    open: async (context, sealed) => {
      const { Plaintext: key } = await calling('KMS', () =>
        client.send(
          new DecryptCommand({
            KeyId: keyArn,
            CiphertextBlob: Buffer.from(sealed.wrappedKey, 'base64'),
            EncryptionContext: { ...context },
          }),
        ),
      );
      if (key === undefined) throw new Error('KMS gave no data key');
      return { text: decrypt(key, context, sealed), envelope: envelopeOf(key, sealed.wrappedKey, context) };
    },
  };
}

function envelopeOf(key: Uint8Array, wrappedKey: string, context: Context): Envelope {
  return (text) => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(JSON.stringify(context)));
    const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return { wrappedKey, iv: iv.toString('base64'), ciphertext: ciphertext.toString('base64') };
  };
}

function decrypt(key: Uint8Array, context: Context, sealed: SealedToken): string {
  const bytes = Buffer.from(sealed.ciphertext, 'base64');
  const iv = Buffer.from(sealed.iv, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
    .setAAD(Buffer.from(JSON.stringify(context)))
    .setAuthTag(bytes.subarray(-tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString();
}
