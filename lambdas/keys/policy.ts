import type { Custody, SigningAlgorithm } from '../ports/signing.ts';

/** What a signing key is to be, and the times in its life, in seconds. */
export interface KeyPolicy {
  readonly custody: Custody['kind'];
  readonly algorithm: SigningAlgorithm;
  /** How long one key signs before the next takes over. */
  readonly signSeconds: number;
  /** How long a key is published before it signs, unless an operator has it sign at once. */
  readonly announceSeconds: number;
  /** How far ahead a hand-over is decided: longer than a cached ring lives and a write can take. */
  readonly handOverSeconds: number;
  /** How long a key stays published after its last signature: the life of that token, and time for clocks and caches. */
  readonly overlapSeconds: number;
  /** How long anybody may keep the key set. */
  readonly keySetMaxAgeSeconds: number;
  /** How long a key has been gone before it is destroyed. */
  readonly graceSeconds: number;
  /** How long the making of a key belongs to the request that began it. */
  readonly makingSeconds: number;
}

const daySeconds = 86_400;

/** Verifiers' clocks and ours are right within a minute. */
const skewSeconds = 60;

export function keyPolicy(options: {
  readonly custody: Custody['kind'];
  readonly algorithm: SigningAlgorithm;
  readonly rotationDays: number;
  readonly longestTokenSeconds: number;
  readonly keySetMaxAgeSeconds: number;
  /** The time limit of the function that rotates. */
  readonly functionSeconds: number;
}): KeyPolicy {
  return {
    custody: options.custody,
    algorithm: options.algorithm,
    signSeconds: options.rotationDays * daySeconds,
    // AgentCore and others say nothing of how long they keep a key set: a day is more than any is known to.
    announceSeconds: daySeconds,
    // 5 seconds of a cached ring, 7 of a write that is tried three times, and a reserve.
    handOverSeconds: 15,
    overlapSeconds: options.longestTokenSeconds + skewSeconds + options.keySetMaxAgeSeconds,
    keySetMaxAgeSeconds: options.keySetMaxAgeSeconds,
    graceSeconds: skewSeconds,
    // Whoever began has ended by then, and KMS lists what it made.
    makingSeconds: options.functionSeconds + skewSeconds,
  };
}
