import type { Instant } from '../runtime/clock.ts';
import type { Result } from '../runtime/result.ts';
import type { GrantId } from '../runtime/identifiers.ts';
import type { Secret } from '../runtime/secret.ts';
import type { ProvingRequest } from './client-request.ts';
import type { TokenPlan } from './grants/grant.ts';
import type { Refusal } from './refusal.ts';
import type { IssuedToken } from './tokens/issue.ts';

export type TokenRequest = ProvingRequest;

export interface GrantedToken extends Omit<IssuedToken, 'jti'> {
  /** Absent of a refresh token, and of one that somebody else issued. */
  readonly jti?: string;
  /** The API that it is for, of a token that its provider issued. */
  readonly api?: string;
  /** The grant that was kept for it, of a refresh token that stands alone. */
  readonly family?: GrantId;
  readonly plan: TokenPlan;
  readonly refreshToken?: Secret;
  /** Of an exchange. */
  readonly issuedTokenType?: string;
  /** For the next proof of a client that sent one. */
  readonly dpopNonce?: string;
}

/** One token request, decided and written to the audit trail. */
export type RequestToken = (request: TokenRequest, now: Instant) => Promise<Result<GrantedToken, Refusal>>;
