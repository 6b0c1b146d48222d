import type { Instant } from '../runtime/clock.ts';
import type { EndedName } from '../runtime/ended-name.ts';

/** No access token lives longer, whatever the deployment says: when it is over, nothing needs to know of an end. Seconds. */
export const longestTokenSeconds = 3_600;

/** No refresh family lives longer, whatever the deployment says: 365 days, and what clocks are off. Seconds. */
export const longestFamilySeconds = 400 * 86_400;

/** What ended that tokens still alive may have been issued on. */
export interface Ends {
  /** Tokens that were revoked. */
  readonly tokens: readonly EndedName[];
  /** Clients, agents, grants, tasks, audiences, and persons by the word of others: the tokens that were issued on them until then are ended, later ones are not. */
  readonly principals: ReadonlyMap<EndedName, Instant>;
}

export interface EndsReader {
  /** Every end whose write has resolved by now, whoever made it: one strongly consistent read, nothing of it is kept. */
  readonly current: (now: Instant) => Promise<Ends>;
}
