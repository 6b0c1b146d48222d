import type { Instant } from '../runtime/clock.ts';
import type { PersonId, UpstreamSession } from '../runtime/identifiers.ts';
import type { ClientConsent } from './consents.ts';

/** A person as this deployment knows them. */
export interface KnownPerson {
  readonly consents: readonly ClientConsent[];
  /** Sessions, and sign-ins on their way, that began by then are over. */
  readonly sessionsEndedAt?: Instant;
}

export interface SessionsEnd {
  readonly at: Instant;
  /** Who ended them: an operator's ARN, `idp/<id>` … */
  readonly by: string;
  readonly requestId: string;
}

export interface Persons {
  /**
   * In one strongly consistent call; undefined for somebody of whom nothing is kept. With a session of theirs, its own end
   * counts too.
   */
  readonly find: (person: PersonId, session?: UpstreamSession) => Promise<KnownPerson | undefined>;
  /** Keeps whose session it is, for those who end it by its name alone. */
  readonly noteSession: (session: UpstreamSession, person: PersonId, now: Instant) => Promise<void>;
  /**
   * Ends every session and every sign-in that began by then. A later end stays: of many at once the latest counts. Once
   * resolved, every `find` that begins tells of it.
   */
  readonly endSessions: (person: PersonId, end: SessionsEnd) => Promise<void>;
  /** The same for what came of one session at the identity provider; resolves with whose it is, where that is known. */
  readonly endSession: (session: UpstreamSession, end: SessionsEnd) => Promise<PersonId | undefined>;
}
