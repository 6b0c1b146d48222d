import type { SigningKey } from '../ports/signing.ts';
import { after, instant, type Instant } from '../runtime/clock.ts';
import type { KeyThumbprint } from '../runtime/identifiers.ts';
import { holderOf, isWanted, standbysOf } from './key-state.ts';
import type { KeyPolicy } from './policy.ts';

type Keys = readonly SigningKey[];

/**
 * The keys once `successor` takes over from the one that signs, at a moment ahead: until then every instance signs
 * with the old key, from then on with the new one, whichever ring it has cached. The first key of all signs at once, and
 * so does the first of another kind; standbys of the old kind have nothing left to wait for.
 */
export function handedOver(
  keys: Keys,
  successor: KeyThumbprint,
  policy: KeyPolicy,
  now: Instant,
): { readonly keys: Keys; readonly at: Instant } {
  const holder = holderOf({ keys }, now);
  const isPrepared = holder !== undefined && isWanted(holder, policy);
  const at = isPrepared ? after(now, policy.handOverSeconds) : now;
  const change = (key: SigningKey): SigningKey => {
    if (key.kid === successor) return { ...key, signFrom: at };
    if (key.signFrom === undefined && !isWanted(key, policy)) return ended(key, now);
    if (key.kid !== holder?.kid) return key;
    // Long enough for the last token it signed to be verified until it expires.
    return { ...key, signUntil: at, publishUntil: after(at, policy.overlapSeconds) };
  };
  return { keys: keys.map(change), at };
}

/**
 * The keys once one is no longer trusted: it is published no longer, and so nothing that it signed is verified.
 * `successor` signs from now where the key was the one that signs or was about to. `undefined`: nobody can.
 */
export function withdrawn(
  keys: Keys,
  compromised: KeyThumbprint,
  policy: KeyPolicy,
  now: Instant,
): { readonly keys: Keys; readonly successor?: KeyThumbprint } | undefined {
  const left = keys.map((key) => (key.kid === compromised ? ended(key, now) : key));
  const signs = keys.some((key) => key.kid === compromised && maySignFrom(key, now));
  if (!signs) return { keys: left };
  const successor = holderOf({ keys: left }, now) ?? standbysOf({ keys: left }, policy, now)[0];
  if (successor === undefined) return undefined;
  const change = (key: SigningKey): SigningKey => {
    if (key.kid === successor.kid) return { ...key, signFrom: earlier(key.signFrom, now) };
    return maySignFrom(key, now) ? { ...key, signUntil: now } : key;
  };
  return { keys: left.map(change), successor: successor.kid };
}

/** Signs at `now` or at some later time. */
function maySignFrom({ signFrom, signUntil, publishUntil }: SigningKey, now: Instant): boolean {
  return (
    signFrom !== undefined &&
    (signUntil === undefined || now < signUntil) &&
    (publishUntil === undefined || now < publishUntil)
  );
}

function ended(key: SigningKey, now: Instant): SigningKey {
  const signUntil = key.signFrom === undefined ? {} : { signUntil: earlier(key.signUntil, now) };
  return { ...key, ...signUntil, publishUntil: earlier(key.publishUntil, now) };
}

function earlier(one: Instant | undefined, other: Instant): Instant {
  return one === undefined ? other : instant(Math.min(one, other));
}
