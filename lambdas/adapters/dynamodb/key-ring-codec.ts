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

const storedKeyRing = v.object({
  ...written,
  keys: v.array(storedKey),
  making: v.exactOptional(v.object({ intent: text, by: text, until: whole })),
});

export const emptyKeyRing: KeyRing = { version: 0, keys: [] };

export function encodeKeyRing(ring: KeyRing): PlainRecord {
  const { version, keys, making } = ring;
  return {
    ...{ pk: keyOf.signingKeys, version, keys: keys.map(keyAttribute) },
    making: making && { intent: making.intent, by: making.by, until: making.until },
  };
}

export function decodeKeyRing(item: Item): KeyRing {
  const stored = decode(storedKeyRing, item);
  const { version, keys, making } = stored;
  return {
    ...{ version, keys: keys.map(keyOfStored) },
    ...(making && { making: { ...making, until: instant(making.until) } }),
  };
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
