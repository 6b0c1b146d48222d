import type { Instant } from '../runtime/clock.ts';
import type { ClientId } from '../runtime/identifiers.ts';

export interface Revocation {
  readonly jti: string;
  /** The client that revoked its token. */
  readonly clientId: ClientId;
  /** The mark is kept at least until then: the token's `exp`. */
  readonly until: Instant;
  readonly now: Instant;
  readonly requestId: string;
}

export interface Revocations {
  /**
   * Ends a token for good. Once resolved, every later reading of its standing finds it revoked. A token that was
   * revoked before stays so, with the record of the first time.
   */
  readonly revoke: (revocation: Revocation) => Promise<void>;
}
