import type { Instant } from '../runtime/clock.ts';
import type { IdpId } from '../runtime/identifiers.ts';

interface NamedToken {
  readonly idp: IdpId;
  readonly jti: string;
}

/** Which logout tokens have done their work. */
export interface LogoutTokens {
  /** Strongly consistent. */
  readonly isUsed: (token: NamedToken, now: Instant) => Promise<boolean>;
  /**
   * Marks it as used until then. True for exactly one attempt under any interleaving, and again for that same attempt.
   */
  readonly markUsed: (
    token: NamedToken & { readonly until: Instant; readonly attempt: string },
    now: Instant,
  ) => Promise<boolean>;
}
