import type { Instant } from '../runtime/clock.ts';
import type { AgentId, ClientId, GrantId, PersonId, ResourceUri, TaskId } from '../runtime/identifiers.ts';
import type { StoredGrant } from './grants.ts';
import type { Agent, Client, Resource } from './registry.ts';
import type { TaskTerms } from './tasks.ts';

/** One token, and to whom it was issued. */
export interface HeldToken {
  readonly jti: string;
  /** Its `exp`. */
  readonly expiresAt: number;
  readonly clientId: ClientId;
  readonly agentId?: AgentId;
}

/** What the standing of one token depends on. */
export interface TokenNames extends HeldToken {
  /** Those that it was exchanged from, the oldest first; at most 8. */
  readonly chain?: readonly HeldToken[];
  /** The person's grant that it was issued on. */
  readonly grantId?: GrantId;
  /** Its subject, where that is a person who granted nothing: somebody else vouched for them. */
  readonly person?: PersonId;
  /** The grant that somebody got in exchange for a token of that one, where it was issued on that. */
  readonly familyId?: GrantId;
  /** The task that it is of, which comes last, and those above it; at most 4. */
  readonly tasks?: readonly TaskId[];
  /** Of whoever asks; absent where that is no resource. */
  readonly resource?: ResourceUri;
  /** Another one that is asked about. */
  readonly target?: ResourceUri;
}

/** An absent member is not registered, or was swept long after its end. */
export interface HolderStanding {
  readonly isRevoked: boolean;
  readonly client?: Client;
  readonly agent?: Agent;
}

export interface TokenStanding extends HolderStanding {
  /** Of each token of the chain, in its order. */
  readonly chain: readonly HolderStanding[];
  readonly resource?: Resource;
  readonly target?: Resource;
  readonly grant?: GrantStanding;
  readonly family?: GrantStanding;
  /** Those of the tasks that are kept, in no order; absent where none was named. */
  readonly tasks?: readonly TaskStanding[];
  /** The person's tokens without a grant that were issued until then are ended. */
  readonly personEndedUntil?: Instant;
}

export type GrantStanding = Pick<StoredGrant, 'terms' | 'family' | 'ended'>;

export interface TaskStanding {
  readonly terms: Pick<TaskTerms, 'id' | 'clientId' | 'ancestors'>;
  /** Whether that is written of it. */
  readonly hasEnded: boolean;
}

export interface TokenStandings {
  /** As of this very moment: one strongly consistent read of everything, and nothing of it is kept. */
  readonly read: (names: TokenNames) => Promise<TokenStanding>;
}
