import type { Instant } from '../runtime/clock.ts';
import type { ClientId } from '../runtime/identifiers.ts';
import type { Client } from './registry.ts';

/** Whether an operator decided against the client: then it stays disabled, and is not forgotten when its life is over. */
export function isStoppedForGood({ state, registered }: Pick<Client, 'state' | 'registered'>): boolean {
  return state === 'disabled' && registered?.awaitsApproval !== true;
}

/** A client that registered itself, as read for a change. */
export interface RegisteredClient {
  readonly client: Client;
  readonly version: number;
}

/** The clients that registered themselves, as the registration endpoint sees them. */
export interface ClientRegistrations {
  /** Strongly consistent; expired ones too, until they are swept. */
  readonly find: (id: ClientId) => Promise<RegisteredClient | undefined>;
  /**
   * Keeps a new client, in place of one that has expired. Resolves with the client that is registered under that id then:
   * the new one, or another that was first; the same for all who register the same at once.
   */
  readonly create: (client: Client, now: Instant, requestId: string) => Promise<Client>;
  /**
   * Puts `client` in place of what was read, and ends the tokens that it has if it is stopped by that; false, and nothing
   * written, if another change came between.
   */
  readonly replace: (from: RegisteredClient, client: Client, requestId: string) => Promise<boolean>;
  /** Removes it and ends the tokens that it has; false, and nothing written, if another change came between. */
  readonly remove: (from: RegisteredClient, now: Instant) => Promise<boolean>;
}

/** Lets clients that people use live on. */
export interface ClientLives {
  /** The client lives until `until`, if it still ends at `from`. That another has prolonged it is as good. */
  readonly prolong: (id: ClientId, from: Instant, until: Instant) => Promise<void>;
}
