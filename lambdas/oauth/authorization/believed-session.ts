import type { ClientConsent } from '../../ports/consents.ts';
import type { Persons } from '../../ports/persons.ts';
import type { Seals } from '../../ports/seals.ts';
import type { Instant } from '../../runtime/clock.ts';
import { isOver } from '../people/sessions-end.ts';
import { openSession, type PersonSession } from './person-session.ts';

/** A session that counts, with what its person granted. */
export interface BelievedSession extends PersonSession {
  readonly consents: readonly ClientConsent[];
}

/** Who signed in last at the browser; undefined where nobody did, too long ago, or that session was ended. */
export async function believedSession(
  { seals, persons }: { readonly seals: Seals; readonly persons: Pick<Persons, 'find'> },
  sealed: string | undefined,
  now: Instant,
): Promise<BelievedSession | undefined> {
  const session = await openSession(seals, sealed, now);
  if (session === undefined) return undefined;
  const known = await persons.find(session.person, session.upstream);
  return isOver(session.began, known) ? undefined : { ...session, consents: known?.consents ?? [] };
}
