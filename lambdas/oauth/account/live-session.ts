import type { ClientConsent } from '../../ports/consents.ts';
import type { Persons } from '../../ports/persons.ts';
import type { Seals } from '../../ports/seals.ts';
import type { Instant } from '../../runtime/clock.ts';
import { isOver } from '../people/sessions-end.ts';
import { type AccountSession, openCookie } from './account-cookie.ts';

/** A session that nobody ended, and what its person granted. */
export interface LiveSession {
  readonly session: AccountSession;
  readonly consents: readonly ClientConsent[];
}

/** Undefined for whoever has to sign in. */
export async function liveSession(
  { seals, persons }: { readonly seals: Seals; readonly persons: Pick<Persons, 'find'> },
  cookie: string | undefined,
  now: Instant,
): Promise<LiveSession | undefined> {
  const session = await openCookie(seals, cookie, now);
  if (session?.kind !== 'session') return undefined;
  const known = await persons.find(session.person, session.upstream);
  return isOver(session.began, known) ? undefined : { session, consents: known?.consents ?? [] };
}
