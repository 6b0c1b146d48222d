import type { GrantedBy } from '../../ports/grants.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Issuer, ScopeName } from '../../runtime/identifiers.ts';
import { formatScope } from '../scope/scope.ts';

/** What is said of a person to an authorization server of somebody else, in place of a token for a resource of ours. */
export interface AssertedIdentity {
  readonly person: GrantedBy;
  /** What the client is called there. */
  readonly clientThere: string;
  readonly resource?: string;
  readonly email: boolean;
}

/** What of a token is decided in the same way. */
interface AssertedPlan {
  readonly subject: string;
  readonly audience: string;
  readonly scope: readonly ScopeName[];
  readonly jkt?: string;
}

/** The `typ` of its header: no other JWT is taken for one, and it for no other (EMA-2). */
export const idJagType = 'oauth-id-jag+jwt';

/** Seconds from which on nobody should take it any more: it is made for the next request. */
export const idJagSeconds = 300;

/** The claims of an ID-JAG (EMA-3). Its server knows the person by `sub`, as if they had signed in there through us. */
export function idJagClaims(
  { subject, audience, scope, jkt }: AssertedPlan,
  { person, clientThere, resource, email }: AssertedIdentity,
  issuance: {
    readonly issuer: Issuer;
    readonly jti: string;
    readonly issuedAt: Instant;
    readonly expiresAt: Instant;
  },
): Readonly<Record<string, unknown>> {
  const { authTime, acr, amr } = person;
  return {
    ...{ iss: issuance.issuer, sub: subject, aud: audience, client_id: clientThere },
    ...{ jti: issuance.jti, iat: issuance.issuedAt, exp: issuance.expiresAt },
    ...(resource !== undefined && { resource }),
    ...(scope.length > 0 && { scope: formatScope(scope) }),
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    ...(email && emailOf(person)),
    ...(jkt !== undefined && { cnf: { jkt } }),
  };
}

function emailOf({ email, emailVerified }: GrantedBy): Readonly<Record<string, unknown>> {
  return email === undefined
    ? {}
    : { email, ...(emailVerified !== undefined && { email_verified: emailVerified }) };
}
