import type { Instant } from '../runtime/clock.ts';
import type { IdpId } from '../runtime/identifiers.ts';

interface NamedToken {
  readonly idp: IdpId;
  readonly jti: string;
}

/** Which logout tokens have done their work. A provider that got no answer sends the same one again, to the letter. */
export interface LogoutTokens {
  /** SHA-256 of the token of that `jti` that did; undefined where none has. Strongly consistent. */
  readonly usedBy: (token: NamedToken, now: Instant) => Promise<string | undefined>;
  /**
   * Marks it as used until then. True for the token of that digest, however often it is marked, and for no other one of the
   * same `jti` under any interleaving.
   */
  readonly markUsed: (
    token: NamedToken & { readonly until: Instant; readonly digest: string },
    now: Instant,
  ) => Promise<boolean>;
}
