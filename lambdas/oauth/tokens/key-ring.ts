import type { KeyRing, SigningKey } from '../../ports/signing.ts';
import type { Instant } from '../../runtime/clock.ts';

/** Whether verifiers find the key in the key set. */
export function isPublished({ publishedAt, publishUntil }: SigningKey, at: Instant): boolean {
  return publishedAt <= at && (publishUntil === undefined || at < publishUntil);
}

/**
 * The key that signs now something that must be verifiable until `until`. It is asked for at every signature, so
 * that a warm instance follows a rotation. Where two overlap, the later one signs.
 */
export function signingKeyAt(ring: KeyRing, now: Instant, until: Instant): SigningKey | undefined {
  return ring.keys
    .filter((key) => maySign(key, now) && isPublished(key, now) && isPublished(key, until))
    .toSorted((one, other) => (other.signFrom ?? 0) - (one.signFrom ?? 0))[0];
}

function maySign({ signFrom, signUntil }: SigningKey, now: Instant): boolean {
  return signFrom !== undefined && signFrom <= now && (signUntil === undefined || now < signUntil);
}
