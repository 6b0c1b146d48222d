import type { Instant } from '../runtime/clock.ts';
import type { IdpId } from '../runtime/identifiers.ts';

/** What is known of an identity provider that failed of late. */
export interface Circuit {
  /** In a row, whoever asked; none of them long ago. */
  readonly failures: number;
  /** Until then nobody asks. */
  readonly openUntil?: Instant;
  /** How often it was opened in a row. */
  readonly opened: number;
}

/** One circuit for each identity provider, which all instances share. */
export interface Circuits {
  /** As it was at most five seconds ago; undefined where nothing failed of late. */
  readonly read: (idp: IdpId, now: Instant) => Promise<Circuit | undefined>;
  /** Counts one failure more. Those that are older than `recentSeconds` count no more. */
  readonly count: (idp: IdpId, now: Instant) => Promise<void>;
  /** Opens it, by one of all who saw it as it was: `from` is its `openUntil` then. True for one attempt, and again for that same one. */
  readonly open: (idp: IdpId, from: Instant | undefined, until: Instant, attempt: string) => Promise<boolean>;
  /** The provider answers again: nothing failed of late. */
  readonly close: (idp: IdpId) => Promise<void>;
}

export const recentSeconds = 300;
