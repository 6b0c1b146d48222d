import type { Instant } from '../runtime/clock.ts';
import type { Result } from '../runtime/result.ts';
import type { AuthorizationHeader } from './client-authentication/credentials.ts';
import type { TokenPlan } from './grants/grant.ts';
import type { Parameters } from './parameters.ts';
import type { Refusal } from './refusal.ts';
import type { IssuedToken } from './tokens/issue.ts';

export interface TokenRequest {
  readonly parameters: Parameters;
  readonly authorization: AuthorizationHeader;
  readonly requestId: string;
  readonly sourceAddress: string;
}

export interface GrantedToken extends IssuedToken {
  readonly plan: TokenPlan;
}

/** One token request, decided and written to the audit trail. */
export type RequestToken = (request: TokenRequest, now: Instant) => Promise<Result<GrantedToken, Refusal>>;
