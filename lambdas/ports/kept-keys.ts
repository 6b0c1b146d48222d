import type { Instant } from '../runtime/clock.ts';

/** The public keys of somebody else, as they were last fetched. */
export interface KeptKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  readonly asOf: Instant;
}

/** What stands in for the hosts of trust anchors while they fail, for instances that have seen none of it yet. */
export interface KeptKeySets {
  /** `of`: whose keys, and where they came from. Whatever was kept of the same before is replaced. */
  readonly keep: (of: string, set: KeptKeySet) => Promise<void>;
  readonly find: (of: string) => Promise<KeptKeySet | undefined>;
}
