import type { Instant } from '../runtime/clock.ts';

export interface AssertionUse {
  /** Who gave the assertion its `jti`: the client itself, or AWS for every client that is a workload of it. */
  readonly issuer: string;
  readonly jti: string;
  /** The mark is kept at least until then: the assertion's `exp` plus the accepted skew. */
  readonly until: Instant;
  readonly now: Instant;
  /** One for each request, random or made of what it asks: tells our own retried write from another caller's. */
  readonly attempt: string;
}

export interface AssertionReplay {
  /**
   * Marks an assertion as used. Resolves true for exactly one attempt per issuer and jti under any interleaving,
   * and true again for that same attempt, so that a lost reply never looks like a replay.
   */
  readonly markUsed: (use: AssertionUse) => Promise<boolean>;
}
