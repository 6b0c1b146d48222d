import type { Instant } from '../runtime/clock.ts';
import type { ClientId } from '../runtime/identifiers.ts';

/** An authorization request that its client pushed (RFC 9126), until a browser brings it. */
export interface PushedRequest {
  /** SHA-256 of the random part of its `request_uri`, which is kept nowhere. */
  readonly id: string;
  readonly clientId: ClientId;
  /** As form-urlencoded text; it is read again at each step. */
  readonly request: string;
  /** From then on no browser opens it. */
  readonly expiresAt: Instant;
}

export interface StoredPushedRequest extends PushedRequest {
  /** SHA-256 of the random id of the first browser that opened it. */
  readonly browser?: string;
  /** Since a sign-in began with it. */
  readonly usedAt?: Instant;
}

export interface PushedRequests {
  /** Keeps a new one. Asked again with the same (a lost reply), it is done. */
  readonly keep: (request: PushedRequest) => Promise<void>;
  /** Strongly consistent; used and expired ones too, until they are swept. */
  readonly find: (id: string) => Promise<StoredPushedRequest | undefined>;
  /**
   * Binds it to a browser, unless it is expired or used: true for exactly one browser under any interleaving, and for
   * that browser as often as it asks.
   */
  readonly open: (id: string, opened: { readonly browser: string; readonly at: Instant }) => Promise<boolean>;
  /** Notes that a sign-in began with it, in its own browser; the first time stays. */
  readonly use: (id: string, used: { readonly browser: string; readonly at: Instant }) => Promise<void>;
}
