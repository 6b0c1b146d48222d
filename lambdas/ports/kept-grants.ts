import type { Instant } from '../runtime/clock.ts';
import type { GrantId, IdpId } from '../runtime/identifiers.ts';
import type { PersonStanding } from './people.ts';

/** What is kept of a person and wants to be asked with, as the index has it: it may be behind, and decides nothing. */
export interface DueKeptGrant {
  readonly id: GrantId;
  readonly idp: IdpId;
  readonly dueAt: Instant;
  /** When it ends by itself. The most urgent has the least. */
  readonly goodUntil: Instant;
}

/** The lists of those, one for each shard; each is sorted by `dueAt`, and eventually consistent. */
export interface DueKeptGrants {
  /** As of tasks that are due. */
  readonly page: (
    shard: number,
    within: { readonly from: Instant; readonly until: Instant },
    next?: string,
  ) => Promise<{ readonly due: readonly DueKeptGrant[]; readonly next?: string }>;
}

export interface KeptStandings {
  /**
   * Asks the identity provider by what is kept for the grant, if that is still due at that moment; else tells what is known. One that is
   * suspended is put off. Throws `DependencyUnavailable` when the provider is down.
   */
  readonly renew: (grant: GrantId, idp: IdpId, dueAt: Instant) => Promise<PersonStanding>;
}
