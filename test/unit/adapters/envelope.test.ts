import { inspect } from 'node:util';
import { DecryptCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encryptionContextOf } from '../../../lambdas/adapters/kms/wrapping-key.ts';
import type { Signer, SigningKey } from '../../../lambdas/ports/signing.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { aSigningKey } from '../oauth/mothers.ts';
import { anEnvelope, counting, type Envelope } from './a-wrapped-ring.ts';
import { type KmsService, startKms } from './kms-service.ts';

let kms: KmsService;
let tables: TestTables;
let envelope: Envelope;
let decryptions: () => number;
let made = 0;
beforeAll(async () => {
  [kms, tables] = [await startKms(), await startTables()];
});
beforeEach(async () => {
  envelope = await anEnvelope(kms.client, tables);
  decryptions = counting(kms.client, 'Decrypt');
});
afterAll(async () => {
  kms.stop();
  await tables.stop();
});

async function aWrappedKey(): Promise<SigningKey> {
  return aSigningKey(await envelope.maker('ES256').make(`intent-${++made}`));
}

async function refused(signer: Signer, key: SigningKey): Promise<string> {
  await expect(signer.sign(key, 'a.b')).rejects.toThrow(DependencyUnavailable);
  const event = envelope.audited.at(-1);
  if (event?.event !== 'signing_key_unavailable') throw new Error('no event tells of it');
  expect(event.kid).toBe(key.kid);
  return event.reason;
}

describe('a wrapped key', () => {
  it('is unwrapped once, however many requests come first', async () => {
    const [signer, key] = [envelope.signer(), await aWrappedKey()];
    const signatures = await Promise.all(Array.from({ length: 200 }, () => signer.sign(key, 'a.b')));
    expect(new Set(signatures.map((signature) => signature.length))).toEqual(new Set([64]));
    await signer.sign(key, 'c.d');
    expect(decryptions()).toBe(1);
  });

  it('is unwrapped again after a failure that all who waited shared', async () => {
    const [signer, key] = [envelope.signer(), await aWrappedKey()];
    kms.throttle(true);
    const waiting = await Promise.allSettled(Array.from({ length: 50 }, () => signer.sign(key, 'a.b')));
    expect(new Set(waiting.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(envelope.audited).toEqual([
      { event: 'signing_key_unavailable', kid: key.kid, reason: 'ThrottlingException' },
    ]);
    kms.throttle(false);
    await expect(signer.sign(key, 'a.b')).resolves.toHaveLength(64);
    expect(decryptions()).toBe(2);
  });

  it('leaves the process when another takes over', async () => {
    const [signer, one, other] = [envelope.signer(), await aWrappedKey(), await aWrappedKey()];
    for (const key of [one, one, other, other, one]) await signer.sign(key, 'a.b');
    expect(decryptions()).toBe(3);
  });

  it('whose item is gone signs nothing', async () => {
    const key = await aWrappedKey();
    await envelope.store.remove(key.kid);
    expect(await refused(envelope.signer(), key)).toBe('wrapped_key_missing');
  });

  it('whose item holds the private half of another signs nothing', async () => {
    const [key, other] = [await aWrappedKey(), await aWrappedKey()];
    const swapped = (await envelope.store.find(other.kid))!;
    await envelope.store.remove(key.kid);
    await envelope.store.add({ ...swapped, kid: key.kid, intent: `${swapped.intent}-swapped` });
    expect(await refused(envelope.signer(), key)).toBe('InvalidCiphertextException');
    await envelope.store.remove(key.kid);
    await envelope.store.remove(other.kid);
    await envelope.store.add({ ...swapped, kid: key.kid });
    expect(await refused(envelope.signer(), key)).toBe('public_key_differs');
  });

  it('of another deployment signs nothing', async () => {
    const signer = envelope.signer({ deployment: 'Other' });
    expect(await refused(signer, await aWrappedKey())).toBe('InvalidCiphertextException');
  });

  it('under another wrapping key signs nothing', async () => {
    const { wrappingKey } = await anEnvelope(kms.client, tables);
    const signer = envelope.signer({ keyArn: wrappingKey.keyArn });
    expect(await refused(signer, await aWrappedKey())).toBe('IncorrectKeyException');
  });

  it('shows in no error, not even where its reply cannot be read', async () => {
    const [key, signer] = [await aWrappedKey(), envelope.signer()];
    kms.truncate(true);
    const error: unknown = await signer.sign(key, 'a.b').catch((thrown: unknown) => thrown);
    kms.truncate(false);
    expect(error).toBeInstanceOf(DependencyUnavailable);
    const { intent, wrappedPrivateKey } = (await envelope.store.find(key.kid))!;
    const { Plaintext: plaintext } = await kms.client.send(
      new DecryptCommand({
        CiphertextBlob: wrappedPrivateKey,
        EncryptionContext: encryptionContextOf(envelope.wrappingKey, intent),
      }),
    );
    const written = inspect([error, envelope.audited], { depth: Infinity, showHidden: true });
    expect(written).toContain('SyntaxError');
    // Any eight characters of it would be a quotation.
    const encoded = Buffer.from(plaintext!).toString('base64');
    const quoted = Array.from(encoded.slice(7), (_, at) => encoded.slice(at, at + 8));
    expect(quoted.filter((part) => written.includes(part))).toEqual([]);
  });
});

describe('making a wrapped key', () => {
  it('makes one key of an intent, also when it is interrupted and resumed', async () => {
    const maker = envelope.maker('RS256');
    const first = await maker.make('resumed');
    expect(await maker.make('resumed')).toEqual(first);
    expect((await maker.make('another')).kid).not.toBe(first.kid);
    const generated = counting(kms.client, 'GenerateDataKeyPairWithoutPlaintext');
    await maker.make('resumed');
    expect(generated()).toBe(0);
  });

  it('makes no key while KMS is throttled, and does right after', async () => {
    kms.throttle(true);
    await expect(envelope.maker('ES256').make('throttled')).rejects.toThrow('KMS is unavailable');
    kms.throttle(false);
    expect((await envelope.maker('ES256').make('throttled')).algorithm).toBe('ES256');
  });

  it('keeps the private half wrapped', async () => {
    const key = await aWrappedKey();
    const { wrappedPrivateKey } = (await envelope.store.find(key.kid))!;
    const text = Buffer.from(wrappedPrivateKey).toString('latin1');
    // A private key in the clear would name its algorithm: the object identifier of an EC public key.
    expect(text).not.toContain(Buffer.from('06072a8648ce3d0201', 'hex').toString('latin1'));
  });

  it('ends it for good when it is destroyed', async () => {
    const key = await aWrappedKey();
    const maker = envelope.maker('ES256');
    await maker.destroy(key);
    await maker.destroy(key);
    expect(await refused(envelope.signer(), key)).toBe('wrapped_key_missing');
  });
});
