import type { IdentityProvider } from '../../ports/identity-providers.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { PersonId } from '../../runtime/identifiers.ts';
import { logger } from '../../runtime/log.ts';
import type { PersonSession } from '../authorization/person-session.ts';
import { isOver } from '../people/sessions-end.ts';
import { signOut } from '../people/sign-out.ts';
import { openHint } from '../people/upstream-hint.ts';
import { keepPending, namedTarget } from './carried-logout.ts';
import type { LogoutOutcome, LogoutPorts, LogoutTarget, LogoutVisit, Onward } from './logout-ports.ts';

interface Logout {
  readonly target: LogoutTarget;
  /** Who is signed in at the browser; undefined: nobody, as far as it tells. */
  readonly session: PersonSession | undefined;
  /** Whose word it is: the client's, by an id_token of the person, or the person's own. */
  readonly by: 'client' | 'person';
}

/**
 * Ends what is ours, and then sends the person on to where they sign in, to be signed out there too. Whatever becomes of
 * that, our part is done.
 */
export async function logOut(
  ports: LogoutPorts,
  visit: LogoutVisit,
  logout: Logout,
  now: Instant,
): Promise<LogoutOutcome> {
  const { target, session, by } = logout;
  const idp = await providerOf(ports, session);
  const { person, grants } = await endOurs(ports, visit, logout, idp, now);
  const upstreamState = ports.random(32);
  const way = await wayOut(ports, visit, { idp, session, state: upstreamState }, now);
  const { requestId, sourceAddress } = visit;
  ports.audit({
    event: 'signed_out',
    ...{ requestId, sourceAddress, by, grants },
    ...(person !== undefined && { person }),
    ...(target.client && { clientId: target.client.id }),
    ...(idp && { idp: idp.id }),
    onward: way.onward,
  });
  if (way.onward !== 'sent') {
    return { go: 'signed_out', onward: way.onward, target, ...(idp && { idp: idp.name }) };
  }
  const pending = await keepPending(ports.seals, { ...namedTarget(target), upstreamState }, now);
  return { go: 'upstream', location: way.location, pending };
}

/** Where the person signed in; of a browser that tells nothing, where everybody does. */
async function providerOf(
  { idps }: LogoutPorts,
  session: PersonSession | undefined,
): Promise<IdentityProvider | undefined> {
  const all = await idps.all();
  if (session !== undefined) return all.find(({ id }) => id === session.idp);
  const [only, another] = all.filter(({ state }) => state === 'active');
  return another === undefined ? only : undefined;
}

/**
 * A session that is over already was ended for everything that it carried; but that may have failed half-way, and then it is done
 * again as of then: what began since belongs to another.
 */
async function endOurs(
  ports: LogoutPorts,
  { requestId }: LogoutVisit,
  { target: { client }, session }: Logout,
  idp: IdentityProvider | undefined,
  now: Instant,
): Promise<{ readonly person: PersonId | undefined; readonly grants: number }> {
  if (session === undefined) return { person: undefined, grants: 0 };
  const { person, upstream } = session;
  const known = await ports.persons.find(person, upstream);
  const until = isOver(session.began, known) ? known?.sessionsEndedAt : undefined;
  const by = client === undefined ? 'person' : `client/${client.id}`;
  return signOut(
    ports,
    { person, session: upstream, client: client?.id, until },
    { onLogout: idp?.onLogout ?? 'sessions', end: { at: until ?? now, by, requestId }, now },
  );
}

type Way = { readonly onward: 'sent'; readonly location: URL } | { readonly onward: Exclude<Onward, 'sent'> };

async function wayOut(
  ports: LogoutPorts,
  visit: LogoutVisit,
  {
    idp,
    session,
    state,
  }: {
    readonly idp: IdentityProvider | undefined;
    readonly session: PersonSession | undefined;
    readonly state: string;
  },
  now: Instant,
): Promise<Way> {
  if (idp === undefined) return { onward: 'none' };
  try {
    const idTokenHint = session && (await openHint(ports.seals, visit.hint, session, now));
    const leaving = { state, ...(idTokenHint !== undefined && { idTokenHint }) };
    const location = await ports.logouts.leave(idp, leaving);
    return location === undefined ? { onward: 'none' } : { onward: 'sent', location };
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('a dependency is unavailable', { dependency: error.dependency, error });
    return { onward: 'unavailable' };
  }
}
