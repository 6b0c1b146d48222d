import type { Instant } from '../runtime/clock.ts';

export interface ProofUse {
  /** RFC 7638 thumbprint of the key that the proof is signed with. */
  readonly jkt: string;
  readonly jti: string;
  /** The mark is kept at least until then: as long as the proof could be presented. */
  readonly until: Instant;
  readonly now: Instant;
  /** One for each request, random or made of what it asks: tells our own retried write from another caller's. */
  readonly attempt: string;
}

export interface ProofMarks {
  /**
   * Marks a DPoP proof as used. Resolves true for exactly one attempt per key and jti under any interleaving, and true again
   * for that same attempt, so that a lost reply never looks like a replay.
   */
  readonly markUsed: (use: ProofUse) => Promise<boolean>;
}
