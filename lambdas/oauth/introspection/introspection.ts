import type { AccessTokenClaims } from '../tokens/access-token.ts';
import type { TokenFault } from '../tokens/read-access-token.ts';
import type { InactivityReason } from './activity.ts';

/** What one resource server is told of one token; the reason is for the audit trail alone. */
export type Introspection = (
  | { readonly active: true; readonly token: AccessTokenClaims }
  | {
      readonly active: false;
      readonly reason: TokenFault['reason'] | InactivityReason;
      readonly token?: AccessTokenClaims;
    }
) & {
  /** The signed answer, for a server that wants one. */
  readonly jwt?: string;
};
