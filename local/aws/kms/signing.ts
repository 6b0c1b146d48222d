import { constants, createHash, type KeyObject, sign, verify } from 'node:crypto';
import * as v from 'valibot';
import { AwsError, type Operation, operation, validation } from '../service.ts';
import { type DigestSignature, hashOf, signDigest, verifyDigest } from './digest-signatures.ts';
import { keySpec, algorithmsOf } from './key-specs.ts';
import type { KeyRecord, KeyStore } from './key-store.ts';

const signing = {
  KeyId: v.string(),
  Message: v.string(),
  MessageType: v.optional(v.picklist(['RAW', 'DIGEST']), 'RAW'),
  SigningAlgorithm: v.string(),
};

interface SigningInput {
  readonly Message: string;
  readonly MessageType: 'RAW' | 'DIGEST';
  readonly SigningAlgorithm: string;
}

export function signingOperations(keys: KeyStore): Record<string, Operation> {
  return {
    GetPublicKey: operation(v.object({ KeyId: v.string() }), ({ KeyId }) =>
      publicKeyOf(keys, keys.find(KeyId)),
    ),
    Sign: operation(v.object(signing), (input) => {
      const key = keys.usable(input.KeyId, 'SIGN_VERIFY');
      const signature = signMessage(key, input, keys.privateKey(key));
      return {
        KeyId: key.arn,
        Signature: Buffer.from(signature).toString('base64'),
        SigningAlgorithm: input.SigningAlgorithm,
      };
    }),
    Verify: operation(v.object({ ...signing, Signature: v.string() }), (input) => {
      const key = keys.usable(input.KeyId, 'SIGN_VERIFY');
      const signature = Buffer.from(input.Signature, 'base64');
      if (!verifyMessage(key, input, keys.publicKey(key), signature)) {
        throw new AwsError('KMSInvalidSignatureException', '');
      }
      return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
    }),
  };
}

function publicKeyOf(keys: KeyStore, key: KeyRecord): object {
  if (key.state !== 'Enabled') keys.usable(key.id, key.usage);
  if (key.pkcs8 === undefined) {
    const problem = `${key.arn} key spec is ${key.spec} which is not valid for GetPublicKey.`;
    throw new AwsError('UnsupportedOperationException', problem);
  }
  const algorithms = algorithmsOf(key.spec, key.usage);
  return {
    KeyId: key.arn,
    PublicKey: keys.publicKey(key).export({ format: 'der', type: 'spki' }).toString('base64'),
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    KeyUsage: key.usage,
    ...(key.usage === 'SIGN_VERIFY'
      ? { SigningAlgorithms: algorithms }
      : { EncryptionAlgorithms: algorithms }),
  };
}

function signMessage(key: KeyRecord, input: SigningInput, privateKey: KeyObject): Uint8Array {
  const message = checkedMessage(key, input);
  if (input.MessageType === 'DIGEST') return signDigest(digestSignature(key, input, message), privateKey);
  const { hash, options } = nativeOptions(input.SigningAlgorithm);
  return sign(hash, message, { key: privateKey, ...options });
}

function verifyMessage(
  key: KeyRecord,
  input: SigningInput,
  publicKey: KeyObject,
  signature: Buffer,
): boolean {
  const message = checkedMessage(key, input);
  if (input.MessageType === 'DIGEST') {
    return verifyDigest(digestSignature(key, input, message), publicKey, signature);
  }
  const { hash, options } = nativeOptions(input.SigningAlgorithm);
  return verify(hash, message, { key: publicKey, ...options }, signature);
}

function digestSignature(key: KeyRecord, input: SigningInput, digest: Buffer): DigestSignature {
  return { spec: keySpec(key.spec), algorithm: input.SigningAlgorithm, digest };
}

function nativeOptions(algorithm: string): {
  hash: string | null;
  options: { padding?: number; saltLength?: number };
} {
  if (algorithm === 'ED25519_SHA_512') return { hash: null, options: {} };
  const hash = hashOf(algorithm);
  if (!algorithm.includes('PSS')) return { hash, options: {} };
  return {
    hash,
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  };
}

function checkedMessage(key: KeyRecord, { Message, MessageType, SigningAlgorithm }: SigningInput): Buffer {
  if (!algorithmsOf(key.spec, 'SIGN_VERIFY').includes(SigningAlgorithm)) {
    const problem = `Algorithm ${SigningAlgorithm} is incompatible with key spec ${key.spec}.`;
    throw new AwsError('InvalidKeyUsageException', problem);
  }
  const message = Buffer.from(Message, 'base64');
  if (MessageType === 'RAW') {
    if (message.length === 0 || message.length > 4096) {
      throw validation(
        "Value at 'message' failed to satisfy constraint: Member must have length between 1 and 4096",
      );
    }
    return message;
  }
  if (SigningAlgorithm === 'ED25519_SHA_512') {
    throw new AwsError('ValidationException', 'ED25519_SHA_512 requires the message type RAW.');
  }
  if (message.length !== createHash(hashOf(SigningAlgorithm)).digest().length) {
    throw new AwsError('ValidationException', `Digest is invalid length for algorithm ${SigningAlgorithm}.`);
  }
  return message;
}
