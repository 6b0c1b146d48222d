import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import * as v from 'valibot';
import { AwsError, type Operation, operation, validation } from '../service.ts';
import { invalidCiphertext, open, seal } from './ciphertext.ts';
import { algorithmsOf } from './key-specs.ts';
import type { KeyRecord, KeyStore } from './key-store.ts';

const context = v.optional(v.record(v.string(), v.string()), {});
const algorithm = v.optional(v.string(), 'SYMMETRIC_DEFAULT');
const encryptInput = v.object({
  KeyId: v.string(),
  Plaintext: v.string(),
  EncryptionAlgorithm: algorithm,
  EncryptionContext: context,
});
const decryptInput = v.object({
  KeyId: v.optional(v.string()),
  CiphertextBlob: v.string(),
  EncryptionAlgorithm: algorithm,
  EncryptionContext: context,
});
const reEncryptInput = v.object({
  CiphertextBlob: v.string(),
  SourceKeyId: v.optional(v.string()),
  SourceEncryptionContext: context,
  DestinationKeyId: v.string(),
  DestinationEncryptionContext: context,
});

export function encryptionOperations(keys: KeyStore): Record<string, Operation> {
  return {
    Encrypt: operation(encryptInput, (input) => encrypt(keys, input)),
    Decrypt: operation(decryptInput, (input) => {
      const { key, plaintext } = decrypt(keys, input);
      return { KeyId: key.arn, Plaintext: encode(plaintext), EncryptionAlgorithm: input.EncryptionAlgorithm };
    }),
    ReEncrypt: operation(reEncryptInput, (input) => {
      const blob = Buffer.from(input.CiphertextBlob, 'base64');
      const source = open(keys, blob, input.SourceEncryptionContext, input.SourceKeyId);
      const target = keys.usable(input.DestinationKeyId, 'ENCRYPT_DECRYPT');
      return {
        CiphertextBlob: encode(seal(target, source.plaintext, input.DestinationEncryptionContext)),
        SourceKeyId: source.key.arn,
        KeyId: target.arn,
        SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    }),
  };
}

function encrypt(keys: KeyStore, input: v.InferOutput<typeof encryptInput>): object {
  const key = keys.usable(input.KeyId, 'ENCRYPT_DECRYPT');
  const plaintext = Buffer.from(input.Plaintext, 'base64');
  if (plaintext.length === 0 || plaintext.length > 4096) {
    throw validation(
      "Value at 'plaintext' failed to satisfy constraint: Member must have length between 1 and 4096",
    );
  }
  checkAlgorithm(key, input.EncryptionAlgorithm);
  const sealed =
    key.pkcs8 === undefined
      ? seal(key, plaintext, input.EncryptionContext)
      : publicEncrypt({ key: keys.publicKey(key), ...oaep(input.EncryptionAlgorithm) }, plaintext);
  return { KeyId: key.arn, CiphertextBlob: encode(sealed), EncryptionAlgorithm: input.EncryptionAlgorithm };
}

function decrypt(
  keys: KeyStore,
  input: v.InferOutput<typeof decryptInput>,
): { key: KeyRecord; plaintext: Buffer } {
  const blob = Buffer.from(input.CiphertextBlob, 'base64');
  if (input.EncryptionAlgorithm === 'SYMMETRIC_DEFAULT')
    return open(keys, blob, input.EncryptionContext, input.KeyId);
  if (input.KeyId === undefined)
    throw validation("Value null at 'keyId' failed to satisfy constraint: Member must not be null");
  const key = keys.usable(input.KeyId, 'ENCRYPT_DECRYPT');
  checkAlgorithm(key, input.EncryptionAlgorithm);
  try {
    return {
      key,
      plaintext: privateDecrypt({ key: keys.privateKey(key), ...oaep(input.EncryptionAlgorithm) }, blob),
    };
  } catch {
    throw invalidCiphertext();
  }
}

function checkAlgorithm(key: KeyRecord, name: string): void {
  if (algorithmsOf(key.spec, key.usage).includes(name)) return;
  throw new AwsError(
    'InvalidKeyUsageException',
    `Algorithm ${name} is incompatible with key spec ${key.spec}.`,
  );
}

function oaep(name: string): { padding: number; oaepHash: string } {
  const oaepHash = name === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256';
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64');
}
