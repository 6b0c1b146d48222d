import type { KeyRing, SigningKey } from '../ports/signing.ts';
import { after, type Instant } from '../runtime/clock.ts';
import { holderOf, stateOf } from './key-state.ts';
import type { KeyPolicy } from './policy.ts';

type Json = Readonly<Record<string, unknown>>;

/** The ring as operators see it, the key that signs first. */
export function ringOnTheWire(ring: KeyRing, policy: KeyPolicy, now: Instant): Json {
  const holder = holderOf(ring, now);
  const ranked = ring.keys.toSorted((one, other) => rank(one, now) - rank(other, now));
  return {
    keys: ranked.map((key) => keyOnTheWire(key, now)),
    next_rotation_at:
      holder?.signFrom === undefined ? undefined : time(after(holder.signFrom, policy.signSeconds)),
    // What an operator must know of a withdrawal: until then a verifier may hold the former key set.
    key_set_max_age: policy.keySetMaxAgeSeconds,
  };
}

const order = ['active', 'announced', 'retiring', 'gone'] as const;

function rank(key: SigningKey, now: Instant): number {
  return order.indexOf(stateOf(key, now));
}

function keyOnTheWire(key: SigningKey, now: Instant): Json {
  return {
    kid: key.kid,
    state: stateOf(key, now),
    custody: key.custody.kind,
    key_arn: key.custody.kind === 'kms' ? key.custody.keyArn : undefined,
    algorithm: key.algorithm,
    published_at: time(key.publishedAt),
    signs_from: time(key.signFrom),
    signs_until: time(key.signUntil),
    published_until: time(key.publishUntil),
  };
}

function time(at: Instant | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at * 1_000).toISOString().replace('.000Z', 'Z');
}
