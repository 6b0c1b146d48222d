import type { ChangeRecord } from '../ports/registry-store.ts';
import type { KeyRingStore, SigningKeyMaker } from '../ports/signing.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Audit } from '../runtime/events.ts';
import type { Random } from '../runtime/random.ts';
import type { KeyPolicy } from './policy.ts';

/** What it takes to change the key ring. */
export interface KeyRingPorts {
  readonly keyRing: KeyRingStore;
  readonly maker: SigningKeyMaker;
  readonly policy: KeyPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Audit;
}

/** In whose name the ring is changed, and in which request: a request that is sent again resumes what it began. */
export interface KeyAuthor {
  /** The IAM ARN of an operator, `deployment/<stack>` or `schedule/<stack>`. */
  readonly actor: string;
  readonly requestId: string;
}

export function changeOf(
  { actor, requestId }: KeyAuthor,
  event: string,
  { clock }: KeyRingPorts,
): ChangeRecord {
  return { event, actor, at: clock(), requestId };
}
