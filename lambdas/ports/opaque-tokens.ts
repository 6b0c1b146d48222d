import type { Instant } from '../runtime/clock.ts';

/** What an opaque access token stands for. */
export interface OpaqueToken {
  /** SHA-256 of the token, which is kept nowhere. */
  readonly id: string;
  /** JSON: what a signed token would say. */
  readonly claims: string;
  readonly expiresAt: Instant;
}

export interface OpaqueTokens {
  /** Keeps a new one. Asked again with the same (a lost reply), it is done. */
  readonly keep: (token: OpaqueToken) => Promise<void>;
  /** Strongly consistent; expired ones too, until they are swept. */
  readonly find: (id: string) => Promise<OpaqueToken | undefined>;
}
