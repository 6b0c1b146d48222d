import type { Instant } from '../runtime/clock.ts';
import type { PersonId } from '../runtime/identifiers.ts';
import type { ConnectedAgent, ConnectionPlace } from './connections.ts';

/** An account at a third party that somebody is connecting: from their yes on our page to their return from there. */
export interface ConnectTransaction extends ConnectionPlace {
  /** SHA-256 of the `state` that went to the third party. */
  readonly id: string;
  readonly expiresAt: Instant;
  /** SHA-256 of the id of the session at the account page that it belongs to. */
  readonly session: string;
  /** Who connects it. */
  readonly by: PersonId;
  /** What they let which agents do. */
  readonly agents: readonly ConnectedAgent[];
  /** The scopes of the provider that were asked. */
  readonly asked: readonly string[];
  /** RFC 7636 §4.1: of the code challenge in our own request. */
  readonly codeVerifier: string;
}

export interface StoredConnectTransaction extends ConnectTransaction {
  readonly spentAt?: Instant;
}

export interface ConnectTransactions {
  /** Keeps a new one. Asked again with the same (a lost reply), it is done. */
  readonly begin: (transaction: ConnectTransaction) => Promise<void>;
  /** Strongly consistent; expired and spent ones too, until they are swept. */
  readonly find: (id: string) => Promise<StoredConnectTransaction | undefined>;
  /**
   * Spends it, unless it is spent or expired: true for exactly one attempt under any interleaving, and again for that
   * same attempt.
   */
  readonly spend: (id: string, spent: { readonly at: Instant; readonly attempt: string }) => Promise<boolean>;
}
