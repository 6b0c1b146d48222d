import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import { instant, type Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { ClientRefusal } from '../refusal.ts';
import { assertionAlgorithms, type AssertionAlgorithm } from './assertion-algorithms.ts';

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

export interface AssertionAudiences {
  readonly issuer: Issuer;
  readonly tokenEndpoint: string;
}

/** Clocks of well-run hosts differ by less. Seconds. */
const skew = 30;
/** RFC 7523 §3: an `exp` unreasonably far in the future is refused; this one bounds what must be remembered. Seconds. */
const longestLife = 3_600;

const headerShape = v.object({
  alg: v.picklist(assertionAlgorithms),
  kid: v.optional(v.string()),
  // rfc7523bis §4: typed, or not typed at all; a token or a signal of another type is never an assertion.
  typ: v.optional(v.pipe(v.string(), v.toLowerCase(), v.picklist(['jwt', 'client-authentication+jwt']))),
  crit: v.optional(v.never()),
});

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
const numericDate = v.pipe(v.number(), v.finite());
const claimsShape = v.object({
  iss: text,
  sub: text,
  aud: v.union([v.string(), v.pipe(v.array(v.string()), v.length(1))]),
  exp: numericDate,
  jti: text,
  nbf: v.optional(numericDate),
  iat: v.optional(numericDate),
});
type Claims = v.InferOutput<typeof claimsShape>;

/** Reads a private_key_jwt and judges everything that can be judged without knowing the client (RFC 7523 §3). */
export function readAssertion(
  assertion: Secret,
  audiences: AssertionAudiences,
  now: Instant,
): Result<ReadAssertion, ClientRefusal> {
  const decoded = decode(assertion.reveal());
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

function decode(assertion: string): { readonly header: unknown; readonly claims: unknown } | undefined {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    return undefined;
  }
}

function audienceOf(
  aud: Claims['aud'],
  audiences: AssertionAudiences,
): ReadAssertion['audience'] | undefined {
  const [sole] = typeof aud === 'string' ? [aud] : aud;
  if (sole === audiences.issuer) return 'issuer';
  return sole === audiences.tokenEndpoint ? 'token_endpoint' : undefined;
}

function faultInTimes({ exp, nbf, iat }: Claims, now: Instant): string | undefined {
  if (exp + skew <= now) return 'is expired';
  if (exp > now + longestLife + skew) return `must expire within ${longestLife} seconds`;
  if (nbf !== undefined && nbf > now + skew) return 'is not valid yet';
  if (iat !== undefined && iat > now + skew) return 'was issued in the future';
  return undefined;
}

function unacceptable(detail: string): Result<never, ClientRefusal> {
  return refuse({ reason: 'assertion_not_acceptable', detail });
}
