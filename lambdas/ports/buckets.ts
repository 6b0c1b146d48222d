import type { Instant } from '../runtime/clock.ts';

/**
 * Whose bucket it is: a client's that proved itself, or a source address's: for requests, for new clients, or for user codes
 * that are tried, of which all addresses have one together. Of an identity provider: what we ask it by ourselves.
 */
export interface BucketOwner {
  readonly kind: 'client' | 'address' | 'registration' | 'user-code' | 'idp';
  readonly name: string;
}

/** Microseconds since 1970: when a bucket that nobody drew from any more would be full again. */
export type FullAt = number;

/** One draw from a bucket. Times are microseconds. */
export interface Draw {
  readonly owner: BucketOwner;
  /** `full`: taken to be full at `at`. `filling`: taken to be full after `at` and at `latest` at the latest. */
  readonly from: 'full' | 'filling';
  readonly at: FullAt;
  readonly latest: FullAt;
  /** By how much later the bucket is full again. */
  readonly cost: number;
  /** From then on the bucket is full whatever happened, and may be forgotten. */
  readonly until: Instant;
  /** Random, one per draw: tells our own retried write from another instance's. */
  readonly attempt: string;
}

/** Where the bucket stands after a draw, or in its way; absent where it was never drawn from. */
export interface Drawn {
  readonly drawn: boolean;
  readonly fullAt?: FullAt;
}

/** The buckets that all instances share. */
export interface SharedBuckets {
  /**
   * Draws from a bucket if it stands as the draw takes it to stand, in one atomic step. A draw whose reply was lost is
   * drawn, once; where another instance drew in between it may count twice, which never lets more requests through.
   */
  readonly draw: (draw: Draw) => Promise<Drawn>;
}
