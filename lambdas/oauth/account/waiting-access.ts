import type { ClientConsent } from '../../ports/consents.ts';
import type { PersonStandings } from '../../ports/people.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { logger } from '../../runtime/log.ts';

/** What goes on no more until the person has signed in again. */
export interface WaitingAccess {
  readonly grant: GrantId;
  readonly clientName: string;
}

/** So many are asked about at most, the newest of those who may go on while the person is away. */
const mostAsked = 50;

/** Nobody is kept from the rest of the page by what cannot be asked now. */
export async function waitingAccess(
  standings: Pick<PersonStandings, 'waiting'>,
  consents: readonly ClientConsent[],
): Promise<readonly WaitingAccess[]> {
  const known = consents
    .filter(({ granted }) => granted.some(({ offline }) => offline))
    .flatMap(({ clientName, grants }) => grants.map((grant) => ({ grant, clientName })))
    .slice(-mostAsked);
  if (known.length === 0) return [];
  try {
    const waiting = await standings.waiting(known.map(({ grant }) => grant));
    return known.filter(({ grant }) => waiting.includes(grant));
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('a dependency is unavailable', { dependency: error.dependency, error });
    return [];
  }
}
