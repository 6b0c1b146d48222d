import { createHash } from 'node:crypto';
import type { GrantedBy } from '../../ports/grants.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Issuer, ScopeName } from '../../runtime/identifiers.ts';
import { nested } from '../exchange/chain.ts';
import type { IdTokenPlan, TokenPlan } from '../grants/grant.ts';

interface Issuance {
  readonly issuer: Issuer;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  /** What it is issued beside. */
  readonly accessToken: string;
}

/** OIDC Core §2: who signed in, when and how, for the client alone. */
export function idTokenClaims(
  plan: TokenPlan,
  { person, nonce }: IdTokenPlan,
  { accessToken, ...issuance }: Issuance,
): Readonly<Record<string, unknown>> {
  return {
    ...signInClaims(plan, person, issuance),
    ...(nonce !== undefined && { nonce }),
    at_hash: accessTokenHash(accessToken),
  };
}

/** The same for a client that somebody else's client sent a token: who acts, the client last, stands in it (RFC 8693 §4.1). */
export function exchangedIdTokenClaims(
  plan: TokenPlan,
  person: GrantedBy,
  { jti, ...issuance }: Omit<Issuance, 'accessToken'> & { readonly jti: string },
): Readonly<Record<string, unknown>> {
  const act = plan.exchanged && nested(plan.exchanged.actors);
  return { ...signInClaims(plan, person, issuance), jti, ...(act && { act }) };
}

function signInClaims(
  { subject, clientId, scope, granted }: TokenPlan,
  person: GrantedBy,
  { issuer, issuedAt, expiresAt }: Omit<Issuance, 'accessToken'>,
): Readonly<Record<string, unknown>> {
  const { authTime, acr, amr } = person;
  return {
    ...{ iss: issuer, sub: subject, aud: clientId, iat: issuedAt, exp: expiresAt },
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    // Ours: what it ends with, for the client that presents it to us again.
    ...(granted?.id !== undefined && { grant_id: granted.id }),
    ...personClaims(person, scope),
  };
}

/** OIDC Core §5.4: what the granted scopes say of the person, as far as the identity provider told. */
export function personClaims(
  { name, preferredUsername, email, emailVerified }: GrantedBy,
  scope: readonly ScopeName[],
): Readonly<Record<string, unknown>> {
  const granted: readonly string[] = scope;
  return {
    ...(granted.includes('profile') && {
      ...(name !== undefined && { name }),
      ...(preferredUsername !== undefined && { preferred_username: preferredUsername }),
    }),
    ...(granted.includes('email') && {
      ...(email !== undefined && { email }),
      ...(emailVerified !== undefined && { email_verified: emailVerified }),
    }),
  };
}

/** OIDC Core §3.1.3.6: the left half of the digest that belongs to RS256 and ES256 alike. */
function accessTokenHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
}
