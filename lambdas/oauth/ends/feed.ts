import { type Ends, type EndsReader, longestTokenSeconds } from '../../ports/ends.ts';
import type { KeyRings, Signer } from '../../ports/signing.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { currentKey } from '../tokens/current-key.ts';
import { signJwt } from '../tokens/sign-jwt.ts';

/** One edition of the feed of ends. */
export interface Edition {
  readonly jwt: string;
  readonly issuedAt: Instant;
}

export interface FeedPorts {
  readonly issuer: Issuer;
  readonly ends: EndsReader;
  readonly keyRings: KeyRings;
  readonly signer: Signer;
}

/** How long an edition may be handed on, here and by any cache. Seconds. */
export const editionSeconds = 10;
/** How long a verifier may decide by an edition: no end is missed for longer. Seconds. */
const trustedSeconds = 30;
/** Verifiers accept a token a little after its expiry, for their clocks are not ours. Seconds. */
const skew = 60;
/** The key of an edition is published for at least so long. Seconds. */
const verifiableSeconds = 300;

/** The edition that is current; it has every end that was written before its `issuedAt`. */
export type CurrentEdition = (now: Instant) => Promise<Edition>;

/**
 * Makes an edition when one is asked for and the last is too old: one for all who ask at once. A failure is kept by
 * nobody.
 */
export function feedOfEnds(ports: FeedPorts): CurrentEdition {
  let last: { readonly issuedAt: Instant; readonly jwt: Promise<string> } | undefined;
  return async (now) => {
    if (last === undefined || !isCurrent(last.issuedAt, now))
      last = { issuedAt: now, jwt: edition(ports, now) };
    const { issuedAt, jwt } = last;
    try {
      return { issuedAt, jwt: await jwt };
    } catch (error) {
      if (last.jwt === jwt) last = undefined;
      throw error;
    }
  };
}

function isCurrent(issuedAt: Instant, now: Instant): boolean {
  return issuedAt <= now && now - issuedAt < editionSeconds;
}

async function edition({ issuer, ends, keyRings, signer }: FeedPorts, now: Instant): Promise<string> {
  const claims = {
    iss: issuer,
    // Taken before the reading, so that the edition has whatever was written before it.
    iat: now,
    exp: after(now, trustedSeconds),
    ends: endsClaim(await ends.current(now), after(now, -longestTokenSeconds - skew)),
  };
  const key = await currentKey(keyRings, now, after(now, verifiableSeconds));
  // RFC 8725 §3.11: a type of its own, which nothing takes for a token.
  return signJwt(signer, key, 'vnd.vestibule.ends+jwt', claims);
}

/** Names of one length, so that they need no separator; sorted, so that the order of events stays ours. */
function endsClaim({ tokens, principals }: Ends, oldest: Instant) {
  const live = [...principals].filter(([, until]) => until >= oldest);
  return {
    tokens: tokens.toSorted().join(''),
    principals: Object.fromEntries(live.toSorted(([one], [other]) => (one < other ? -1 : 1))),
  };
}
