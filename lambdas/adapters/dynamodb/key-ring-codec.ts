import * as v from 'valibot';
import type { KeyRing, SigningKey } from '../../ports/signing.ts';
import { instant } from '../../runtime/clock.ts';
import type { KeyThumbprint } from '../../runtime/identifiers.ts';
import type { Item, Plain, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { publicJwkAttribute, storedAlgorithm, storedPublicJwk } from './public-jwk.ts';
import { decode, text, whole, written } from './stored.ts';

const storedKey = v.object({
  kid: text,
  key_arn: v.exactOptional(text),
  algorithm: storedAlgorithm,
  public_jwk: storedPublicJwk,
  published_at: whole,
  sign_from: v.exactOptional(whole),
  sign_until: v.exactOptional(whole),
  publish_until: v.exactOptional(whole),
});

const storedKeyRing = v.object({ ...written, keys: v.array(storedKey) });

export const emptyKeyRing: KeyRing = { version: 0, keys: [] };

export function encodeKeyRing(ring: KeyRing): PlainRecord {
  return { pk: keyOf.signingKeys, version: ring.version, keys: ring.keys.map(keyAttribute) };
}

export function decodeKeyRing(item: Item): KeyRing {
  const stored = decode(storedKeyRing, item);
  return { version: stored.version, keys: stored.keys.map(keyOfStored) };
}

function keyAttribute(key: SigningKey): Plain {
  return {
    kid: key.kid,
    key_arn: key.custody.kind === 'kms' ? key.custody.keyArn : undefined,
    algorithm: key.algorithm,
    public_jwk: publicJwkAttribute(key.publicJwk),
    published_at: key.publishedAt,
    sign_from: key.signFrom,
    sign_until: key.signUntil,
    publish_until: key.publishUntil,
  };
}

function keyOfStored(stored: v.InferOutput<typeof storedKey>): SigningKey {
  return {
    kid: stored.kid as KeyThumbprint,
    custody: stored.key_arn === undefined ? { kind: 'envelope' } : { kind: 'kms', keyArn: stored.key_arn },
    algorithm: stored.algorithm,
    publicJwk: stored.public_jwk,
    publishedAt: instant(stored.published_at),
    ...(stored.sign_from !== undefined && { signFrom: instant(stored.sign_from) }),
    ...(stored.sign_until !== undefined && { signUntil: instant(stored.sign_until) }),
    ...(stored.publish_until !== undefined && { publishUntil: instant(stored.publish_until) }),
  };
}
