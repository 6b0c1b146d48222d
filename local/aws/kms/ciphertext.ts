import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError } from '../service.ts';
import type { KeyRecord, KeyStore } from './key-store.ts';

export type EncryptionContext = Readonly<Record<string, string>>;

/** Format 1: version, generation, id length, id, nonce (12), tag (16), AES-256-GCM ciphertext; the context is the AAD. */
export function seal(key: KeyRecord, plaintext: Buffer, encryptionContext: EncryptionContext): Buffer {
  const generation = key.generations.length - 1;
  const material = key.generations[generation];
  if (material === undefined) throw new AwsError('InvalidKeyUsageException', `${key.arn} is not symmetric.`);
  const id = Buffer.from(key.id);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(material, 'base64'), nonce);
  cipher.setAAD(associatedData(encryptionContext));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from([1, generation, id.length]), id, nonce, cipher.getAuthTag(), ciphertext]);
}

export function open(
  keys: KeyStore,
  blob: Buffer,
  encryptionContext: EncryptionContext,
  keyId: string | undefined,
): { key: KeyRecord; plaintext: Buffer } {
  const found = keyOfCiphertext(keys, blob);
  if (found === undefined) throw invalidCiphertext();
  if (keyId !== undefined && keys.find(keyId).id !== found.id) {
    const problem = 'The key ID in the request does not identify a CMK that can perform this operation.';
    throw new AwsError('IncorrectKeyException', problem);
  }
  const key = keys.usable(found.id, 'ENCRYPT_DECRYPT');
  const start = 3 + (blob[2] ?? 0);
  try {
    const material = Buffer.from(key.generations[blob[1] ?? 0] ?? '', 'base64');
    const decipher = createDecipheriv('aes-256-gcm', material, blob.subarray(start, start + 12));
    decipher.setAAD(associatedData(encryptionContext));
    decipher.setAuthTag(blob.subarray(start + 12, start + 28));
    return { key, plaintext: Buffer.concat([decipher.update(blob.subarray(start + 28)), decipher.final()]) };
  } catch {
    throw invalidCiphertext();
  }
}

/** Ciphertexts name their key, so that Decrypt needs no KeyId. */
export function keyOfCiphertext(keys: KeyStore, blob: Buffer): KeyRecord | undefined {
  if (blob[0] !== 1) return undefined;
  const id = blob.subarray(3, 3 + (blob[2] ?? 0)).toString();
  return Object.hasOwn(keys.state.keys, id) ? keys.state.keys[id] : undefined;
}

function associatedData(encryptionContext: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(encryptionContext).sort(([a], [b]) => (a < b ? -1 : 1))));
}

export function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', '');
}
