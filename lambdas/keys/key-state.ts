import type { KeyRing, SigningKey } from '../ports/signing.ts';
import type { Instant } from '../runtime/clock.ts';
import type { KeyPolicy } from './policy.ts';

/** `announced`: published, and waiting to sign. `retiring`: signs no more, and verifies what it signed. */
export type KeyState = 'announced' | 'active' | 'retiring' | 'gone';

/** Where a key is in its life. Only times decide, so that a state changes on time with nobody there to change it. */
export function stateOf({ signFrom, signUntil, publishUntil }: SigningKey, now: Instant): KeyState {
  if (publishUntil !== undefined && publishUntil <= now) return 'gone';
  if (signFrom === undefined || now < signFrom) return 'announced';
  return signUntil === undefined || now < signUntil ? 'active' : 'retiring';
}

/** The key that signs without an end, now or when a hand-over that was decided comes. At most one. */
export function holderOf(ring: Pick<KeyRing, 'keys'>, now: Instant): SigningKey | undefined {
  return ring.keys.find(
    (key) => key.signFrom !== undefined && key.signUntil === undefined && stateOf(key, now) !== 'gone',
  );
}

/** Whether the deployment still signs with keys of this kind. */
export function isWanted({ custody, algorithm }: SigningKey, policy: KeyPolicy): boolean {
  return custody.kind === policy.custody && algorithm === policy.algorithm;
}

/** The keys that may take over, the one published longest first. */
export function standbysOf(
  ring: Pick<KeyRing, 'keys'>,
  policy: KeyPolicy,
  now: Instant,
): readonly SigningKey[] {
  return ring.keys
    .filter((key) => key.signFrom === undefined && stateOf(key, now) === 'announced')
    .filter((key) => isWanted(key, policy))
    .toSorted((one, other) => one.publishedAt - other.publishedAt);
}
