import { decodeJwt } from 'jose';
import * as v from 'valibot';
import type { Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import { assertionAlgorithms } from '../client-authentication/assertion-algorithms.ts';
import { decode, skew } from '../client-authentication/assertion-claims.ts';
import type { ClientKeys } from '../client-authentication/client-keys.ts';
import { candidates, isSignedByOneOf } from '../client-authentication/signature.ts';
import type { RegistrationRefusal } from './refusal.ts';

/** Whose software statements are taken, and where their keys are. */
export interface StatementIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
}

export interface SoftwareStatements {
  /** Empty: statements are ignored. */
  readonly issuers: readonly StatementIssuer[];
  readonly keys: ClientKeys;
  /** What a statement that names an audience must be for, one of them. */
  readonly audiences: readonly string[];
}

export interface SoftwareStatement {
  /** As it came. */
  readonly text: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

type Read<Value> = Result<Value, RegistrationRefusal>;

const longestStatement = 8_192;
const retryAfterSeconds = 5;

// RFC 8725 §3.1: what anybody can verify and nobody else can make; no MAC, and nothing that the statement chose.
const headerShape = v.object({ alg: v.picklist(assertionAlgorithms), kid: v.optional(v.string()) });

const numericDate = v.pipe(v.number(), v.finite());
const claimsShape = v.looseObject({
  iss: v.string(),
  aud: v.optional(v.union([v.string(), v.array(v.string())])),
  exp: v.optional(numericDate),
  nbf: v.optional(numericDate),
});

type Claims = v.InferOutput<typeof claimsShape>;

/**
 * Reads a software statement (RFC 7591 §2.3): signed by a key of an issuer that the config names, and for now. Throws
 * `DependencyUnavailable` while the keys of that issuer are out of reach.
 */
export async function readSoftwareStatement(
  { issuers, keys, audiences }: SoftwareStatements,
  given: unknown,
  now: Instant,
): Promise<Read<SoftwareStatement>> {
  if (typeof given !== 'string') return invalid('must be a JWT, as a text');
  if (given.length > longestStatement)
    return invalid(`must not be longer than ${longestStatement} characters`);
  const statement = new Secret(given);
  const { header, claims } = decode(statement) ?? {};
  const read = v.safeParse(claimsShape, claims);
  if (!read.success) return invalid('must be a JWT that says who issued it, with claims as JWTs have them');
  const issuer = issuers.find(({ issuer: name }) => name === read.output.iss);
  if (issuer === undefined) return refuse({ reason: 'software_statement_unapproved' });
  const signed = v.safeParse(headerShape, header);
  if (!signed.success) return invalid(`must be signed with one of ${assertionAlgorithms.join(', ')}`, issuer);
  const named = { algorithm: signed.output.alg, kid: signed.output.kid };
  const source = { kind: 'jwks_uri', jwksUri: issuer.jwksUri } as const;
  const found = await keys.find(source, (all) => candidates(all, named).length > 0, now);
  if (!found.ok) {
    const cause = new Error(found.refusal.reason);
    throw new DependencyUnavailable(`software statement issuer ${issuer.issuer}`, {
      cause,
      retryAfterSeconds,
    });
  }
  const isSigned = await isSignedByOneOf(candidates(found.value, named), statement, named.algorithm);
  if (!isSigned) return invalid('is signed by no key of its issuer', issuer);
  const fault = faultIn(read.output, audiences, now);
  return fault === undefined ? ok({ text: given, claims: read.output }) : invalid(fault, issuer);
}

/** Who issued a statement that is among registered metadata, and so was verified when it came. */
export function statementIssuerOf(metadata: Readonly<Record<string, unknown>> = {}): string | undefined {
  const { software_statement: text } = metadata;
  return typeof text === 'string' ? decodeJwt(text).iss : undefined;
}

function faultIn({ aud, exp, nbf }: Claims, audiences: readonly string[], now: Instant): string | undefined {
  if (exp !== undefined && exp + skew <= now) return 'is expired';
  if (nbf !== undefined && nbf > now + skew) return 'is not valid yet';
  // RFC 7519 §4.1.3: what is for others only, as an id_token or an access token of the same issuer, is no statement to us.
  const isForUs = aud === undefined || [aud].flat().some((one) => audiences.includes(one));
  return isForUs ? undefined : 'is for others than this server, by its aud';
}

function invalid(problem: string, from?: StatementIssuer): Read<never> {
  return refuse({
    reason: 'software_statement_invalid',
    detail: `software_statement ${problem}`,
    ...(from && { issuer: from.issuer }),
  });
}
