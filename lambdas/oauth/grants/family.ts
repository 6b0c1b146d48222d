import { createHmac } from 'node:crypto';
import type { Family } from '../../ports/grants.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { Secret } from '../../runtime/secret.ts';

/** `grant.family.generation.secret`: the third part counts the rotations, and both secrets have 256 random bits. */
export interface RefreshToken {
  readonly grantId: GrantId;
  readonly family: string;
  readonly generation: number;
  readonly secret: string;
}

/** How long a family lives when it is not used, and at most. Seconds. */
export interface FamilyLife {
  readonly idle: number;
  readonly absolute: number;
}

/** How long a superseded token leads to its successor. Seconds. */
export const ringSeconds = 60;
/** As many rotations are remembered at once. */
export const ringSize = 8;

const form = /^([\w-]{22})\.([\w-]{43})\.([1-9]\d{0,8})\.([\w-]{43})$/;

export function readRefreshToken(text: string): RefreshToken | undefined {
  const [, grantId, family, generation, secret] = form.exec(text) ?? [];
  if (grantId === undefined || family === undefined || secret === undefined) return undefined;
  return { grantId: grantId as GrantId, family, generation: Number(generation), secret };
}

export function writeRefreshToken({ grantId, family, generation, secret }: RefreshToken): Secret {
  return new Secret(`${grantId}.${family}.${generation}.${secret}`);
}

/** The family that a grant becomes, and its first token. */
export function newFamily(
  grantId: GrantId,
  { life, random }: { readonly life: FamilyLife; readonly random: Random },
  { now, ...bound }: { readonly now: Instant } & Pick<Family, 'jkt' | 'x5t'>,
): { readonly family: Family; readonly token: RefreshToken } {
  const token = { grantId, family: random(32), generation: 1, secret: random(32) };
  const absoluteUntil = after(now, life.absolute);
  return {
    token,
    family: {
      ...{ digest: sha256(token.family), generation: 1, current: sha256(token.secret), ring: [] },
      ...{ idleUntil: sooner(after(now, life.idle), absoluteUntil), absoluteUntil },
      ...bound,
    },
  };
}

/** Whether the token is, or once was, one of that family. Whoever knows the family's secret has had a token of it. */
export function isOfFamily({ digest }: Family, { family }: RefreshToken): boolean {
  return sameDigest(sha256(family), digest);
}

/** Where a token of the family stands in it. */
export type Place =
  | { readonly kind: 'current' }
  /** Superseded within the last minute: it leads to the newest of all. */
  | { readonly kind: 'superseded'; readonly newest: RefreshToken }
  | { readonly kind: 'outside' };

export function placeOf({ current, generation, ring }: Family, token: RefreshToken, now: Instant): Place {
  const presented = sha256(token.secret);
  if (token.generation === generation && sameDigest(presented, current)) return { kind: 'current' };
  const age = generation - token.generation;
  const superseded = ring[age - 1];
  if (superseded === undefined || !sameDigest(presented, superseded.digest) || now >= superseded.until) {
    return { kind: 'outside' };
  }
  // The newest comes first: every rotation since is walked again, from the oldest to the newest.
  const newest = ring.slice(0, age).reduceRight((secret, { salt }) => derive(secret, salt), token.secret);
  return { kind: 'superseded', newest: { ...token, generation, secret: newest } };
}

/** The family after its current token is used, and the token that then is current; or how long there is no room. */
export function rotate(
  family: Family,
  token: RefreshToken,
  { salt, idle, now }: { readonly salt: string; readonly idle: number; readonly now: Instant },
):
  | { readonly room: true; readonly next: Family; readonly successor: RefreshToken }
  | { readonly room: false; readonly until: Instant } {
  const kept = family.ring.slice(0, family.ring.findLastIndex(({ until }) => now < until) + 1);
  const oldest = kept.at(ringSize - 1);
  if (oldest !== undefined) return { room: false, until: oldest.until };
  const generation = family.generation + 1;
  const secret = derive(token.secret, salt);
  const superseded = { digest: family.current, salt, until: after(now, ringSeconds) };
  return {
    room: true,
    successor: { ...token, generation, secret },
    next: {
      ...family,
      ...{ generation, current: sha256(secret), ring: [superseded, ...kept] },
      idleUntil: sooner(after(now, idle), family.absoluteUntil),
    },
  };
}

/** Only who has the superseded secret can make its successor; the salt that is kept makes none on its own. */
function derive(secret: string, salt: string): string {
  return createHmac('sha256', secret).update(`refresh token after\0${salt}`).digest('base64url');
}

function sooner(one: Instant, other: Instant): Instant {
  return one < other ? one : other;
}
