import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { AwsError, type Operation, operation } from '../service.ts';
import { seal } from './ciphertext.ts';
import { generateMaterial, type KeyStore } from './key-store.ts';

const context = v.optional(v.record(v.string(), v.string()), {});
const dataKey = v.object({
  KeyId: v.string(),
  KeySpec: v.optional(v.picklist(['AES_256', 'AES_128'])),
  NumberOfBytes: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(1024))),
  EncryptionContext: context,
});
const dataKeyPair = v.object({ KeyId: v.string(), KeyPairSpec: v.string(), EncryptionContext: context });

export function dataKeyOperations(keys: KeyStore): Record<string, Operation> {
  const without =
    (field: string, generate: Operation): Operation =>
    async (input, caller) => ({ ...((await generate(input, caller)) as object), [field]: undefined });
  const generateDataKey = operation(dataKey, (input) => newDataKey(keys, input));
  const generateDataKeyPair = operation(dataKeyPair, (input) => newDataKeyPair(keys, input));
  return {
    GenerateDataKey: generateDataKey,
    GenerateDataKeyWithoutPlaintext: without('Plaintext', generateDataKey),
    GenerateDataKeyPair: generateDataKeyPair,
    GenerateDataKeyPairWithoutPlaintext: without('PrivateKeyPlaintext', generateDataKeyPair),
    GenerateRandom: operation(
      v.object({ NumberOfBytes: v.pipe(v.number(), v.minValue(1), v.maxValue(1024)) }),
      ({ NumberOfBytes }) => ({ Plaintext: encode(randomBytes(NumberOfBytes)) }),
    ),
  };
}

function newDataKey(keys: KeyStore, input: v.InferOutput<typeof dataKey>): object {
  const key = keys.usable(input.KeyId, 'ENCRYPT_DECRYPT');
  const { KeySpec, NumberOfBytes } = input;
  if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
    throw new AwsError('ValidationException', 'Please specify either number of bytes or key spec.');
  }
  const plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
  return {
    KeyId: key.arn,
    Plaintext: encode(plaintext),
    CiphertextBlob: encode(seal(key, plaintext, input.EncryptionContext)),
  };
}

async function newDataKeyPair(keys: KeyStore, input: v.InferOutput<typeof dataKeyPair>): Promise<object> {
  const key = keys.usable(input.KeyId, 'ENCRYPT_DECRYPT');
  const { pkcs8 } = await generateMaterial(input.KeyPairSpec);
  if (pkcs8 === undefined)
    throw new AwsError('ValidationException', `${input.KeyPairSpec} is not a key pair.`);
  const der = Buffer.from(pkcs8, 'base64');
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return {
    KeyId: key.arn,
    KeyPairSpec: input.KeyPairSpec,
    PrivateKeyPlaintext: pkcs8,
    PrivateKeyCiphertextBlob: encode(seal(key, der, input.EncryptionContext)),
    PublicKey: encode(publicKey.export({ format: 'der', type: 'spki' })),
  };
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64');
}
