import type { EgressDetail } from '../../ports/egress-token.ts';
import type { Resource } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { AgentId, Issuer } from '../../runtime/identifiers.ts';
import { chainClaims } from '../exchange/chain.ts';
import type { PersonsGrant, TokenPlan } from '../grants/grant.ts';
import { formatScope } from '../scope/scope.ts';
import type { ChainClaims } from './token-chain.ts';

/** The claims of an access token (RFC 9068 §2.2), with the agent behind the client, and the grant of a person. */
export interface AccessTokenClaims extends ChainClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly client_id: string;
  readonly agent_id?: string;
  readonly scope: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  /** The key that the token is bound to, or the certificate. */
  readonly cnf?: Confirmation;
  /** The grant that the token ends with. */
  readonly grant_id?: string;
  readonly roles?: readonly string[];
  readonly auth_time?: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** Who alone may exchange the token, by the name of an actor; absent: the server that it is for. */
  readonly may_act?: { readonly sub: string };
  /** Of a token for the proxy: what it lets its bearer do there, and whose account is used for it. */
  readonly authorization_details?: readonly [EgressDetail];
}

/** RFC 9449 §6.1, RFC 8705 §3.1: a thumbprint by SHA-256. RFC 7800 §3.1: of one key. */
export type Confirmation =
  | { readonly jkt: string; readonly 'x5t#S256'?: never }
  | { readonly 'x5t#S256': string; readonly jkt?: never };

interface Issuance {
  readonly issuer: Issuer;
  readonly jti: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

export function accessTokenClaims(plan: TokenPlan, issuance: Issuance): AccessTokenClaims {
  const mayAct = plan.resource && mayActFor(plan.resource);
  return {
    iss: issuance.issuer,
    sub: plan.subject,
    // RFC 9068 §3: one resource and so one audience, as a string.
    aud: plan.audience,
    client_id: plan.clientId,
    ...(plan.agentId !== undefined && { agent_id: plan.agentId }),
    // RFC 9068 §2.2.3.
    scope: formatScope(plan.scope),
    jti: issuance.jti,
    iat: issuance.issuedAt,
    exp: issuance.expiresAt,
    ...(plan.jkt !== undefined && { cnf: { jkt: plan.jkt } }),
    ...(plan.x5t !== undefined && { cnf: { 'x5t#S256': plan.x5t } }),
    ...(plan.granted && claimsOfGrant(plan.granted)),
    ...(plan.exchanged && chainClaims(plan.exchanged)),
    ...(plan.tasks && { task_chain: plan.tasks }),
    ...(mayAct !== undefined && { may_act: { sub: mayAct } }),
    // RFC 9396 §9.1.
    ...(plan.egress && { authorization_details: [plan.egress] as const }),
  };
}

/**
 * RFC 8693 §4.4: its registered actor. An agent that is called by another name than its URI is not found by its audience: its
 * tokens tell.
 */
export function mayActFor({ actor, agentId, audience, uri }: Resource): AgentId | undefined {
  return actor ?? (audience === (uri as string) ? undefined : agentId);
}

function claimsOfGrant({ id, roles, authTime, acr, amr }: PersonsGrant): Partial<AccessTokenClaims> {
  return {
    ...(id !== undefined && { grant_id: id }),
    // RFC 9068 §2.2.3.1: what the person is to the resource, for servers that decide by roles.
    ...(roles.length > 0 && { roles }),
    // RFC 9068 §2.2.1: when and how the person proved who they are, the same in every token of the grant.
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  };
}
