import * as v from 'valibot';
import type { WrappedKey } from '../../ports/wrapped-keys.ts';
import type { KeyThumbprint } from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { publicJwkAttribute, storedAlgorithm, storedPublicJwk } from './public-jwk.ts';
import { decode, text } from './stored.ts';

const storedWrappedKey = v.object({
  pk: text,
  kid: text,
  intent: text,
  algorithm: storedAlgorithm,
  public_jwk: storedPublicJwk,
  wrapped_private_key: v.pipe(text, v.base64()),
});

export function encodeWrappedKey(key: WrappedKey): PlainRecord {
  return {
    pk: keyOf.wrappedKey(key.kid),
    kid: key.kid,
    intent: key.intent,
    algorithm: key.algorithm,
    public_jwk: publicJwkAttribute(key.publicJwk),
    wrapped_private_key: Buffer.from(key.wrappedPrivateKey).toString('base64'),
  };
}

export function decodeWrappedKey(item: Item): WrappedKey {
  const stored = decode(storedWrappedKey, item);
  return {
    kid: stored.kid as KeyThumbprint,
    intent: stored.intent,
    algorithm: stored.algorithm,
    publicJwk: stored.public_jwk,
    wrappedPrivateKey: Buffer.from(stored.wrapped_private_key, 'base64'),
  };
}

const storedIntent = v.object({ pk: text, kid: text });

/** The alias by which a key is found by what it was made for. */
export function encodeIntent({ intent, kid }: WrappedKey): PlainRecord {
  return { pk: keyOf.wrappedKeyIntent(intent), kid };
}

export function decodeIntent(item: Item): KeyThumbprint {
  return decode(storedIntent, item).kid as KeyThumbprint;
}
