import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  verify,
} from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DecryptCommand,
  type DecryptCommandOutput,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  type MessageType,
  paginateListKeys,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SigningAlgorithmSpec,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import type { ContractTarget } from './target.ts';

const signingSpecs = [
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'RSA_2048',
  'RSA_3072',
] as const;
const message = Buffer.from('eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwbGFubmVyIn0');

/** What the product relies on in KMS. */
export function kmsContract(target: () => ContractTarget): void {
  const createKey = async (input: CreateKeyCommandInput): Promise<string> => {
    const { KeyMetadata: metadata } = await target().kms.send(new CreateKeyCommand(input));
    return metadata!.Arn!;
  };
  const signingKey = (spec: (typeof signingSpecs)[number] = 'ECC_NIST_P256'): Promise<string> =>
    createKey({ KeySpec: spec, KeyUsage: 'SIGN_VERIFY' });

  describe.each(signingSpecs)('a signing key of %s', (spec) => {
    it('signs what node:crypto verifies, with every algorithm, from a message and from its digest', async () => {
      const keyId = await signingKey(spec);
      const described = await target().kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
      const publicKey = createPublicKey({
        key: Buffer.from(described.PublicKey!),
        format: 'der',
        type: 'spki',
      });
      for (const algorithm of described.SigningAlgorithms!) {
        for (const messageType of ['RAW', 'DIGEST'] as const) {
          const input = {
            KeyId: keyId,
            Message: messageType === 'RAW' ? message : digestOf(algorithm),
            MessageType: messageType as MessageType,
            SigningAlgorithm: algorithm,
          };
          const { Signature: signature } = await target().kms.send(new SignCommand(input));
          expect(verifies(algorithm, publicKey, signature!), `${algorithm} ${messageType}`).toBe(true);
          const answer = await target().kms.send(new VerifyCommand({ ...input, Signature: signature }));
          expect(answer.SignatureValid).toBe(true);
          const tampered = Buffer.from(signature!);
          tampered[tampered.length - 1] = tampered.at(-1)! ^ 1;
          await expect(
            target().kms.send(new VerifyCommand({ ...input, Signature: tampered })),
          ).rejects.toThrow(expect.objectContaining({ name: 'KMSInvalidSignatureException' }));
        }
      }
    });
  });

  it('signs with Ed25519', async () => {
    const keyId = await createKey({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
    const { PublicKey: der } = await target().kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
    const { Signature: signature } = await target().kms.send(
      new SignCommand({ KeyId: keyId, Message: message, SigningAlgorithm: 'ED25519_SHA_512' }),
    );
    const publicKey = createPublicKey({ key: Buffer.from(der!), format: 'der', type: 'spki' });
    expect(verify(null, message, publicKey, signature!)).toBe(true);
  });

  it('refuses a digest of the wrong length and an algorithm of another key', async () => {
    const keyId = await signingKey();
    const sign = (algorithm: SigningAlgorithmSpec, digest: Buffer): Promise<unknown> =>
      target().kms.send(
        new SignCommand({
          KeyId: keyId,
          Message: digest,
          MessageType: 'DIGEST',
          SigningAlgorithm: algorithm,
        }),
      );
    await expect(sign('ECDSA_SHA_256', Buffer.alloc(31))).rejects.toThrow(
      expect.objectContaining({ name: 'ValidationException' }),
    );
    await expect(sign('ECDSA_SHA_384', Buffer.alloc(48))).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidKeyUsageException' }),
    );
  });

  it('signs only while the key is enabled', async () => {
    const keyId = await signingKey();
    const sign = (): Promise<unknown> =>
      target().kms.send(
        new SignCommand({ KeyId: keyId, Message: message, SigningAlgorithm: 'ECDSA_SHA_256' }),
      );
    await target().kms.send(new DisableKeyCommand({ KeyId: keyId }));
    await expect(sign()).rejects.toThrow(expect.objectContaining({ name: 'DisabledException' }));
    await target().kms.send(new EnableKeyCommand({ KeyId: keyId }));
    await sign();
    await target().kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 7 }));
    await expect(sign()).rejects.toThrow(expect.objectContaining({ name: 'KMSInvalidStateException' }));
    await target().kms.send(new CancelKeyDeletionCommand({ KeyId: keyId }));
    await expect(sign()).rejects.toThrow(expect.objectContaining({ name: 'DisabledException' }));
  });

  it('decrypts under the same encryption context only, also after the key has rotated', async () => {
    const keyId = await createKey({});
    const { CiphertextBlob: blob } = await target().kms.send(
      new EncryptCommand({
        KeyId: keyId,
        Plaintext: message,
        EncryptionContext: { client: 'a', kind: 'secret' },
      }),
    );
    await target().kms.send(new RotateKeyOnDemandCommand({ KeyId: keyId }));
    const decrypt = (context: Record<string, string>): Promise<Uint8Array | undefined> =>
      target()
        .kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: context }))
        .then(({ Plaintext: plaintext }) => plaintext);
    expect(Buffer.from((await decrypt({ kind: 'secret', client: 'a' }))!)).toEqual(message);
    await expect(decrypt({ client: 'b', kind: 'secret' })).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidCiphertextException' }),
    );
  });

  it('hands out data keys that it can open again', async () => {
    const keyId = await createKey({});
    const made = await target().kms.send(new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256' }));
    const opened = await target().kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob }));
    expect(made.Plaintext).toHaveLength(32);
    expect(opened.Plaintext).toEqual(made.Plaintext);
  });

  describe.each(['RSA_2048', 'ECC_NIST_P256'] as const)('a key pair of %s', (spec) => {
    it('is handed out wrapped, and opens under its own encryption context only', async () => {
      const keyId = await createKey({});
      const context = { deployment: 'Vestibule', purpose: 'signing', intent: 'first' };
      const made = await target().kms.send(
        new GenerateDataKeyPairWithoutPlaintextCommand({
          ...{ KeyId: keyId, KeyPairSpec: spec },
          EncryptionContext: context,
        }),
      );
      expect(made).not.toHaveProperty('PrivateKeyPlaintext');
      const open = (encryptionContext: Record<string, string>): Promise<DecryptCommandOutput> =>
        target().kms.send(
          new DecryptCommand({
            ...{ KeyId: keyId, CiphertextBlob: made.PrivateKeyCiphertextBlob },
            EncryptionContext: encryptionContext,
          }),
        );
      const { Plaintext: pkcs8 } = await open(context);
      const privateKey = createPrivateKey({ key: Buffer.from(pkcs8!), format: 'der', type: 'pkcs8' });
      expect(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })).toEqual(
        Buffer.from(made.PublicKey!),
      );
      for (const other of [{ ...context, intent: 'second' }, { ...context, more: 'x' }, {}]) {
        await expect(open(other)).rejects.toThrow(
          expect.objectContaining({ name: 'InvalidCiphertextException' }),
        );
      }
    });
  });

  it('opens what it wrapped under no other key', async () => {
    const [keyId, other] = [await createKey({}), await createKey({})];
    const input = { KeyId: keyId, KeyPairSpec: 'ECC_NIST_P256' } as const;
    const made = await target().kms.send(new GenerateDataKeyPairWithoutPlaintextCommand(input));
    const open = (KeyId: string): Promise<DecryptCommandOutput> =>
      target().kms.send(new DecryptCommand({ KeyId, CiphertextBlob: made.PrivateKeyCiphertextBlob }));
    await expect(open(other)).rejects.toThrow(expect.objectContaining({ name: 'IncorrectKeyException' }));
    await target().kms.send(new DisableKeyCommand({ KeyId: keyId }));
    await expect(open(keyId)).rejects.toThrow(expect.objectContaining({ name: 'DisabledException' }));
  });

  it('refuses a message authentication code of another message', async () => {
    const keyId = await createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const input = { KeyId: keyId, Message: message, MacAlgorithm: 'HMAC_SHA_256' as const };
    const { Mac: mac } = await target().kms.send(new GenerateMacCommand(input));
    expect((await target().kms.send(new VerifyMacCommand({ ...input, Mac: mac }))).MacValid).toBe(true);
    await expect(
      target().kms.send(new VerifyMacCommand({ ...input, Message: Buffer.from('other'), Mac: mac })),
    ).rejects.toThrow(expect.objectContaining({ name: 'KMSInvalidMacException' }));
  });

  it('lists every key page by page, and no page for a marker of somebody else', async () => {
    const made = await Promise.all(Array.from({ length: 3 }, () => createKey({})));
    const listed: string[] = [];
    for await (const { Keys = [] } of paginateListKeys({ client: target().kms, pageSize: 2 }, {})) {
      expect(Keys.length).toBeLessThanOrEqual(2);
      listed.push(...Keys.map(({ KeyArn }) => String(KeyArn)));
    }
    expect(listed).toEqual(expect.arrayContaining(made));
    expect(new Set(listed).size).toBe(listed.length);
    await expect(target().kms.send(new ListKeysCommand({ Marker: 'nonsense' }))).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidMarkerException' }),
    );
  });

  it('neither signs with a key that is about to be deleted, nor shows its public half, nor deletes it again', async () => {
    const KeyId = await signingKey('RSA_2048');
    const scheduled = await target().kms.send(
      new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }),
    );
    expect(scheduled.KeyState).toBe('PendingDeletion');
    const { kms } = target();
    const refused = { name: 'KMSInvalidStateException' };
    const again = kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await expect(again).rejects.toThrow(expect.objectContaining(refused));
    const shown = kms.send(new GetPublicKeyCommand({ KeyId }));
    await expect(shown).rejects.toThrow(expect.objectContaining(refused));
    const { Tags } = await target().kms.send(new ListResourceTagsCommand({ KeyId }));
    expect(Tags).toEqual([]);
  });

  it('keeps tags and does not know keys that it never made', async () => {
    const tags = [{ TagKey: 'vestibule:signing', TagValue: 'Vestibule' }];
    const keyId = await createKey({ Tags: tags });
    expect((await target().kms.send(new ListResourceTagsCommand({ KeyId: keyId }))).Tags).toEqual(tags);
    const unknown = keyId.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000');
    await expect(target().kms.send(new GetPublicKeyCommand({ KeyId: unknown }))).rejects.toThrow(
      expect.objectContaining({ name: 'NotFoundException' }),
    );
  });
}

function hashName(algorithm: string): string {
  return `sha${algorithm.slice(-3)}`;
}

function digestOf(algorithm: string): Buffer {
  return createHash(hashName(algorithm)).update(message).digest();
}

function verifies(algorithm: string, publicKey: KeyObject, signature: Uint8Array): boolean {
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const options = algorithm.includes('PSS') ? pss : {};
  return verify(hashName(algorithm), message, { key: publicKey, ...options }, signature);
}
