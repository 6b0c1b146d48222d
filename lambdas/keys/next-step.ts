import type { KeyRing, SigningKey } from '../ports/signing.ts';
import { after, type Instant } from '../runtime/clock.ts';
import { holderOf, isWanted, standbysOf, stateOf } from './key-state.ts';
import type { KeyPolicy } from './policy.ts';

/** One step in the life of a ring; each ends with one conditional write. */
export type Step =
  | { readonly do: 'make' }
  | { readonly do: 'hand_over'; readonly to: SigningKey }
  | { readonly do: 'destroy'; readonly key: SigningKey };

/**
 * What the ring needs next; undefined: nothing. A new standby is published before the old one leaves its place, so
 * that one is published at every moment.
 */
export function nextStep(ring: KeyRing, policy: KeyPolicy, now: Instant): Step | undefined {
  const holder = holderOf(ring, now);
  const [ready, ...others] = standbysOf(ring, policy, now);
  if (ready === undefined || ring.making !== undefined) return { do: 'make' };
  // A deployment that keeps its keys elsewhere, or signs by another algorithm, may sign with the old ones no more.
  if (holder === undefined || !isWanted(holder, policy)) return { do: 'hand_over', to: ready };
  if (isDue(holder, policy, now) && after(ready.publishedAt, policy.announceSeconds) <= now) {
    return others.length === 0 ? { do: 'make' } : { do: 'hand_over', to: ready };
  }
  const forgotten = ring.keys.find((key) => mayBeDestroyed(key, policy, now));
  return forgotten && { do: 'destroy', key: forgotten };
}

function isDue({ signFrom }: SigningKey, { signSeconds }: KeyPolicy, now: Instant): boolean {
  return signFrom !== undefined && after(signFrom, signSeconds) <= now;
}

/** Gone, and so long that no instance still knows a ring in which it was not. */
function mayBeDestroyed(key: SigningKey, { graceSeconds }: KeyPolicy, now: Instant): boolean {
  return (
    stateOf(key, now) === 'gone' &&
    key.publishUntil !== undefined &&
    after(key.publishUntil, graceSeconds) <= now
  );
}
