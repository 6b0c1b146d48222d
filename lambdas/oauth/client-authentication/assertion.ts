import * as v from 'valibot';
import { instant, type Instant } from '../../runtime/clock.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { ClientRefusal } from '../refusal.ts';
import { assertionAlgorithms, type AssertionAlgorithm } from './assertion-algorithms.ts';
import {
  type AssertionAudiences,
  audienceOf,
  commonClaims,
  decode,
  faultInTimes,
  skew,
  unacceptable,
} from './assertion-claims.ts';

/** An assertion whose claims are acceptable; its signature is still to be verified. */
export interface ReadAssertion {
  readonly algorithm: AssertionAlgorithm;
  readonly kid: string | undefined;
  readonly subject: string;
  readonly jti: string;
  readonly audience: 'issuer' | 'token_endpoint';
  /** When nothing will accept it any more. */
  readonly deadAt: Instant;
}

const headerShape = v.object({
  alg: v.picklist(assertionAlgorithms),
  kid: v.optional(v.string()),
  // rfc7523bis §4: typed, or not typed at all; a token or a signal of another type is never an assertion.
  typ: v.optional(v.pipe(v.string(), v.toLowerCase(), v.picklist(['jwt', 'client-authentication+jwt']))),
  crit: v.optional(v.never()),
});

const claimsShape = v.object(commonClaims);

/** Reads a private_key_jwt and judges everything that can be judged without knowing the client (RFC 7523 §3). */
export function readAssertion(
  assertion: Secret,
  audiences: AssertionAudiences,
  now: Instant,
): Result<ReadAssertion, ClientRefusal> {
  const decoded = decode(assertion);
  const header = v.safeParse(headerShape, decoded?.header);
  if (!header.success) return unacceptable('must be a JWT signed with RS256, PS256, ES256, EdDSA or Ed25519');
  const claims = v.safeParse(claimsShape, decoded?.claims);
  if (!claims.success) return unacceptable('must carry iss, sub, one aud, exp and jti');
  const { iss, sub, aud, exp, jti } = claims.output;
  if (iss !== sub) return unacceptable('must have the client as iss and as sub');
  const audience = audienceOf(aud, audiences);
  if (audience === undefined) return unacceptable('must have the issuer as its only aud');
  const fault = faultInTimes(claims.output, now);
  if (fault !== undefined) return unacceptable(fault);
  const deadAt = instant(Math.ceil(exp) + skew);
  return ok({ algorithm: header.output.alg, kid: header.output.kid, subject: sub, jti, audience, deadAt });
}
