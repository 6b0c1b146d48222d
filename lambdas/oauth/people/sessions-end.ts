import type { KnownPerson } from '../../ports/persons.ts';
import type { Instant } from '../../runtime/clock.ts';

/** Whether a session, or a sign-in on its way, that began then is over. In the same second nobody knows which came first. */
export function isOver(began: Instant, known: Pick<KnownPerson, 'sessionsEndedAt'> | undefined): boolean {
  const ended = known?.sessionsEndedAt;
  return ended !== undefined && began <= ended;
}
