import type { Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import type { TokenPlan } from '../grants/grant.ts';
import { formatScope } from '../scope/scope.ts';

/** The claims of an access token (RFC 9068 §2.2), with the agent behind the client as `agent_id`. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly client_id: string;
  readonly agent_id: string;
  readonly scope: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

interface Issuance {
  readonly issuer: Issuer;
  readonly jti: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

export function accessTokenClaims(plan: TokenPlan, issuance: Issuance): AccessTokenClaims {
  return {
    iss: issuance.issuer,
    sub: plan.subject,
    // RFC 9068 §3: one resource and so one audience, as a string.
    aud: plan.resource.audience,
    client_id: plan.clientId,
    agent_id: plan.agentId,
    // RFC 9068 §2.2.3.
    scope: formatScope(plan.scope),
    jti: issuance.jti,
    iat: issuance.issuedAt,
    exp: issuance.expiresAt,
  };
}
