import { longestFamilySeconds, longestTokenSeconds } from '../../ports/ends.ts';
import { endedAheadSeconds } from '../../ports/person-ends.ts';
import { after, instant, type Instant } from '../../runtime/clock.ts';
import { type EndedName, endedName } from '../../runtime/ended-name.ts';
import { keyOf } from './keys.ts';

/**
 * Ends are kept in sets, so that all of them can be named by their keys: revocations by the time at which their token
 * expires, ends of principals by the time at which they ended. Together the live keys fit one BatchGetItem.
 */
const revocations = { seconds: 600, shards: 8 } as const;
const principals = { seconds: 7_200, shards: 16 } as const;

/** Where clocks of ours differ by less, nobody looks for a key that another one does not write yet. Seconds. */
const skew = 60;
/** The sweep waits longer than any clock of ours is off. Seconds. */
const sweepMargin = 3_600;

/** One entry of a set, and when the set may be swept. */
export interface EndEntry {
  readonly key: string;
  readonly name: EndedName;
  readonly ttl: Instant;
}

/**
 * Where the revocation of a token is: known from the token alone, so that one read of one item tells. It is kept for as long as a
 * refresh token can live that the token was exchanged for: each time that one is used, it is looked up.
 */
export function revocationEntry(jti: string, expiresAt: number): EndEntry {
  const name = endedName('jti', jti);
  const slot = Math.floor(expiresAt / revocations.seconds);
  const sweepAt = instant((slot + 1) * revocations.seconds + longestFamilySeconds + sweepMargin);
  return { key: keyOf.revoked(slot, shardOf(name, revocations.shards)), name, ttl: sweepAt };
}

/** Where the end of a client, an agent, a grant, a task or an audience is written at that time. */
export function principalEntry(name: EndedName, at: Instant): EndEntry {
  const period = Math.floor(at / principals.seconds);
  const sweepAt = instant((period + 1) * principals.seconds + longestTokenSeconds + sweepMargin);
  return { key: keyOf.ended(period, shardOf(name, principals.shards)), name, ttl: sweepAt };
}

/** The sets of revoked tokens that have not expired, by anybody's clock. */
export function liveRevocationKeys(now: Instant): readonly string[] {
  return keysBetween(after(now, -skew), after(now, longestTokenSeconds + skew), revocations, keyOf.revoked);
}

/** The sets of ended principals on which a token that has not expired may have been issued, the oldest first. */
export function livePrincipalKeys(now: Instant): readonly string[] {
  // What an end reaches ahead may be issued so much after it, and lives as long.
  const oldest = after(now, -longestTokenSeconds - endedAheadSeconds - skew);
  return keysBetween(oldest, after(now, skew), principals, keyOf.ended);
}

function keysBetween(
  from: Instant,
  to: Instant,
  { seconds, shards }: { readonly seconds: number; readonly shards: number },
  keyOfSet: (slot: number, shard: number) => string,
): readonly string[] {
  const first = Math.floor(from / seconds);
  const slots = Array.from({ length: Math.floor(to / seconds) - first + 1 }, (_, index) => first + index);
  return slots.flatMap((slot) => Array.from({ length: shards }, (_, shard) => keyOfSet(slot, shard)));
}

function shardOf(name: EndedName, shards: number): number {
  return Buffer.from(name, 'base64url').readUInt8() % shards;
}
