import type { Instant } from '../runtime/clock.ts';
import type { ClientId } from '../runtime/identifiers.ts';

export interface Revocation {
  readonly jti: string;
  /** The client that revoked its token. */
  readonly clientId: ClientId;
  /** The mark is kept at least until then: the token's `exp`. */
  readonly until: Instant;
  /**
   * Until when there can be tokens that came of it and are alive longer: by a refresh token that it was exchanged for. Absent: there
   * are none.
   */
  readonly outlivedUntil?: Instant;
  readonly now: Instant;
  readonly requestId: string;
}

export interface Revocations {
  /**
   * Ends a token for good, and what it was exchanged for. Once resolved, every later reading of its standing finds it revoked. A token that was
   * revoked before stays so, with the record of the first time.
   */
  readonly revoke: (revocation: Revocation) => Promise<void>;
}
