import type { StoredGrant } from '../../ports/grants.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SessionsEnd } from '../../ports/persons.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { ClientId, PersonId, UpstreamSession } from '../../runtime/identifiers.ts';
import { endGrants, endVouched, type PersonPorts } from './end-person.ts';

/** Whose sessions end: those of a session at the identity provider where one is named, otherwise all of the person's. */
export interface WhoSignsOut {
  readonly person?: PersonId | undefined;
  readonly session?: UpstreamSession | undefined;
  /** Where given, only what this client got ends with them, unless everything is to end. */
  readonly client?: ClientId | undefined;
  /** Where given, what was granted later is left alone: the end is an earlier one, which is done again. */
  readonly until?: Instant | undefined;
}

/**
 * Ends sessions, and of what came of them all that does not go on without one; with all sessions of a person also what others
 * vouched for, in which no session is named. Marks first and reads what is granted after: a
 * sign-in that is on its way lists its grant first and reads the mark after.
 */
export async function signOut(
  ports: PersonPorts,
  { person: named, session, client, until }: WhoSignsOut,
  {
    onLogout,
    end,
    now,
  }: Pick<IdentityProvider, 'onLogout'> & { readonly end: SessionsEnd; readonly now: Instant },
): Promise<{ readonly person: PersonId | undefined; readonly grants: number }> {
  const whose = session === undefined ? undefined : await ports.persons.endSession(session, end);
  const person = named ?? whose;
  if (person === undefined) return { person, grants: 0 };
  if (session === undefined) await ports.persons.endSessions(person, end);
  if (onLogout === 'everything' || (session === undefined && client === undefined)) {
    await endVouched(ports, person, end);
  }
  const known = await ports.persons.find(person);
  const listed = (known?.consents ?? []).flatMap(({ grants }) => grants);
  const ending = (await ports.grants.several(listed)).filter(
    (grant) =>
      (until === undefined || grant.createdAt <= until) &&
      isOf(grant, session) &&
      (onLogout === 'everything' || (endsWithSession(grant) && isClients(grant, client))),
  );
  const { requestId } = end;
  return { person, grants: await endGrants(ports, ending, 'sessions_ended', { now, requestId }) };
}

/** What came of a sign-in that told no session cannot be told apart, and ends with each. */
function isOf({ terms: { person } }: StoredGrant, session: UpstreamSession | undefined): boolean {
  return session === undefined || person.session === undefined || person.session === session;
}

/** OIDC Back-Channel Logout §2.7: what was granted as `offline_access` goes on without a session. */
function endsWithSession({ terms: { scope } }: StoredGrant): boolean {
  return !scope.some((name) => name === 'offline_access');
}

function isClients({ terms: { clientId } }: StoredGrant, client: ClientId | undefined): boolean {
  return client === undefined || clientId === client;
}
