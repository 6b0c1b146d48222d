import type { Instant } from '../runtime/clock.ts';
import type { PersonId } from '../runtime/identifiers.ts';
import type { SessionsEnd } from './persons.ts';

/**
 * How far beyond its own time an end reaches: clocks of instances, and of those who vouch for people, differ by less. As
 * long nobody gets a token for the person by anybody else's word. Seconds.
 */
export const endedAheadSeconds = 120;

/** What is older than this counts for nobody, so that no end has to be remembered for longer. Seconds. */
export const rememberedSeconds = 400 * 86_400;

export interface PersonEnds {
  /**
   * Ends what somebody else vouched for in the name of the person: tokens without a grant that were issued until then, and
   * assertions. One write, told to those who judge tokens offline with it. Of many ends the latest counts. Once resolved,
   * every reading that begins tells of it.
   */
  readonly end: (person: PersonId, until: Instant, end: SessionsEnd) => Promise<void>;
}

export interface PersonEndsReader {
  /** What was issued until then, by us on no grant or by anybody else, counts no more; undefined: nobody ended them. Strongly consistent. */
  readonly until: (person: PersonId) => Promise<Instant | undefined>;
}
