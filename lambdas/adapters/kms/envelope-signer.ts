import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { DecryptCommand, type KMSClient, KMSServiceException } from '@aws-sdk/client-kms';
import type { SigningAlgorithm, Signer, SigningKey } from '../../ports/signing.ts';
import type { WrappedKey, WrappedKeys } from '../../ports/wrapped-keys.ts';
import { keyThumbprint } from '../../registry/key-thumbprint.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { Audit } from '../../runtime/events.ts';
import { joinedSignature } from './joined-signature.ts';
import { publicJwkOf } from './spki.ts';
import { encryptionContextOf, type WrappingKey } from './wrapping-key.ts';

export interface EnvelopeOptions {
  readonly client: KMSClient;
  readonly wrappedKeys: WrappedKeys;
  readonly wrappingKey: WrappingKey;
  readonly audit: Audit;
}

interface Held {
  readonly kid: string;
  readonly privateKey: Promise<KeyObject>;
}

/**
 * Signs in this process with a key that KMS unwraps at its first signature. All who wait for it share one unwrapping;
 * a failed one is forgotten, so that the next request tries again. The process holds one key at a time: that of the
 * last signature, which a rotation therefore drives out.
 */
export function envelopeSigner(options: EnvelopeOptions): Signer {
  let held: Held | undefined;

  function privateKeyOf(key: SigningKey): Promise<KeyObject> {
    if (held?.kid === key.kid) return held.privateKey;
    const taken: Held = { kid: key.kid, privateKey: unwrapped(options, key) };
    held = taken;
    taken.privateKey.catch(() => {
      if (held === taken) held = undefined;
    });
    return taken.privateKey;
  }

  return {
    sign: async (key, signingInput) => signatureOf(await privateKeyOf(key), key.algorithm, signingInput),
  };
}

function signatureOf(privateKey: KeyObject, algorithm: SigningAlgorithm, signingInput: string): Uint8Array {
  const signature = sign('sha256', Buffer.from(signingInput), privateKey);
  // RFC 7518 §3.4: the two numbers side by side, not the DER that node:crypto makes unasked.
  return algorithm === 'ES256' ? joinedSignature(signature) : signature;
}

/** Whatever stands in the way is the deployment's failure and never the caller's; the event is what an alarm counts. */
async function unwrapped(options: EnvelopeOptions, key: SigningKey): Promise<KeyObject> {
  try {
    const wrapped = await options.wrappedKeys.find(key.kid);
    if (wrapped === undefined) throw new UnusableKey('wrapped_key_missing');
    return privateHalf(await decrypted(options, wrapped), key);
  } catch (error) {
    const cause = presentable(error);
    options.audit({ event: 'signing_key_unavailable', kid: key.kid, reason: reasonOf(cause) });
    throw new DependencyUnavailable('signing key', { cause });
  }
}

async function decrypted({ client, wrappingKey }: EnvelopeOptions, wrapped: WrappedKey): Promise<Uint8Array> {
  const { Plaintext } = await client.send(
    new DecryptCommand({
      KeyId: wrappingKey.keyArn,
      CiphertextBlob: wrapped.wrappedPrivateKey,
      EncryptionContext: encryptionContextOf(wrappingKey, wrapped.intent),
    }),
  );
  if (Plaintext === undefined) throw new UnusableKey('nothing_decrypted');
  return Plaintext;
}

/** The key itself, if it is the private half of what the key ring publishes: an item of another key signs nothing. */
function privateHalf(pkcs8: Uint8Array, key: SigningKey): KeyObject {
  const der = Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.byteLength);
  try {
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const publicJwk = publicJwkOf(createPublicKey(privateKey));
    if (publicJwk === undefined || keyThumbprint(publicJwk) !== keyThumbprint(key.publicJwk)) {
      throw new UnusableKey('public_key_differs');
    }
    return privateKey;
  } finally {
    der.fill(0);
  }
}

class UnusableKey extends Error {
  override readonly name = 'UnusableKey';
}

/**
 * Only errors that KMS or our own code worded: one of reading a reply could quote from the reply, which holds the
 * private key.
 */
function presentable(error: unknown): Error {
  const isOurs = error instanceof UnusableKey || error instanceof DependencyUnavailable;
  if (isOurs || error instanceof KMSServiceException) return error;
  return new Error(error instanceof Error ? error.name : 'unknown failure');
}

function reasonOf(error: Error): string {
  if (error instanceof UnusableKey) return error.message;
  return error instanceof KMSServiceException ? error.name : error.message;
}
