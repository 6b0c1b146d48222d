import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import type { Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { refuse, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { ClientRefusal } from '../refusal.ts';

export interface AssertionAudiences {
  readonly issuer: Issuer;
  readonly tokenEndpoint: string;
  /** Where the assertion came, which a client that names the token endpoint may name there too. */
  readonly ownEndpoint?: string;
}

/** Clocks of well-run hosts differ by less. Seconds. */
export const skew = 30;
/** RFC 7523 §3: an `exp` unreasonably far in the future is refused; this one bounds what must be remembered. Seconds. */
export const longestLife = 3_600;

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
const numericDate = v.pipe(v.number(), v.finite());

/** What every assertion carries, whoever signed it. */
export const commonClaims = {
  iss: text,
  sub: text,
  aud: v.union([v.string(), v.pipe(v.array(v.string()), v.length(1))]),
  exp: numericDate,
  jti: text,
  nbf: v.optional(numericDate),
  iat: v.optional(numericDate),
} as const;

type Claims = v.InferOutput<v.ObjectSchema<typeof commonClaims, undefined>>;

export function decode(
  assertion: Secret,
): { readonly header: unknown; readonly claims: unknown } | undefined {
  try {
    const jwt = assertion.reveal();
    return { header: decodeProtectedHeader(jwt), claims: decodeJwt(jwt) };
  } catch {
    return undefined;
  }
}

export function audienceOf(
  aud: Claims['aud'],
  audiences: AssertionAudiences,
): 'issuer' | 'token_endpoint' | undefined {
  const [sole] = typeof aud === 'string' ? [aud] : aud;
  if (sole === audiences.issuer) return 'issuer';
  // RFC 9126 §2: whoever pushes may name that endpoint, or the token endpoint.
  const isEndpoint = sole !== undefined && [audiences.tokenEndpoint, audiences.ownEndpoint].includes(sole);
  return isEndpoint ? 'token_endpoint' : undefined;
}

export function faultInTimes(
  { exp, nbf, iat }: Pick<Claims, 'exp' | 'nbf' | 'iat'>,
  now: Instant,
): string | undefined {
  if (exp + skew <= now) return 'is expired';
  if (exp > now + longestLife + skew) return `must expire within ${longestLife} seconds`;
  if (nbf !== undefined && nbf > now + skew) return 'is not valid yet';
  if (iat !== undefined && iat > now + skew) return 'was issued in the future';
  return undefined;
}

export function unacceptable(detail: string): Result<never, ClientRefusal> {
  return refuse({ reason: 'assertion_not_acceptable', detail });
}
