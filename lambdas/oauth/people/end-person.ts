import { longestTokenSeconds } from '../../ports/ends.ts';
import type { GrantedBy, Grants, StoredGrant } from '../../ports/grants.ts';
import type { PersonStandings } from '../../ports/people.ts';
import { endedAheadSeconds, type PersonEnds } from '../../ports/person-ends.ts';
import type { KnownPerson, Persons, SessionsEnd } from '../../ports/persons.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { PersonId } from '../../runtime/identifiers.ts';
import type { EndReason } from '../grants/end-grant.ts';

export interface PersonPorts {
  readonly persons: Persons;
  readonly ends: PersonEnds;
  readonly grants: Pick<Grants, 'several' | 'end'>;
  readonly standings: Pick<PersonStandings, 'forget'>;
}

/** What an operator sees of a person. */
export interface ShownPerson extends KnownPerson {
  readonly id: PersonId;
  /** As they were when they granted something last, as far as a grant is kept that tells. */
  readonly described?: GrantedBy;
  /** Those by which somebody has, or may yet get, a token. */
  readonly live: readonly StoredGrant[];
}

export function isPersonId(text: string): text is PersonId {
  return /^person\.[\w-]{43}$/.test(text);
}

/** Undefined for somebody who is not known here. */
export async function showPerson(
  ports: Pick<PersonPorts, 'persons'> & { readonly grants: Pick<Grants, 'several'> },
  id: PersonId,
  now: Instant,
): Promise<ShownPerson | undefined> {
  const known = await ports.persons.find(id);
  if (known === undefined) return undefined;
  const kept = await keptGrants(ports, known);
  const [newest] = kept.toSorted((one, other) => other.createdAt - one.createdAt);
  return {
    ...{ id, ...known, live: kept.filter((grant) => isLive(grant, now)) },
    ...(newest && { described: newest.terms.person }),
  };
}

/** Of the end of a person. */
export interface EndedPerson {
  /** Grants that this call ended. */
  readonly ended: number;
  /** Whether they ever granted anything here: of those whom others vouch for nothing is kept. */
  readonly isKnown: boolean;
  /** What others vouch for in their name counts again once it is issued after that. */
  readonly until: Instant;
}

/**
 * Ends everything in the name of a person: marks first, so that what is on its way ends itself, then every grant that is
 * listed, and forgets what is kept for them. Whatever fails on the way, it can be done again.
 */
export async function endPerson(
  ports: PersonPorts,
  id: PersonId,
  { now, ...by }: { readonly now: Instant; readonly by: string; readonly requestId: string },
): Promise<EndedPerson> {
  const end = { at: now, ...by };
  await ports.persons.endSessions(id, end);
  const until = await endVouched(ports, id, end);
  const known = await ports.persons.find(id);
  const grants = await keptGrants(ports, known);
  const request = { now, requestId: by.requestId };
  const ended = await endGrants(ports, grants, 'ended_by_operator', request);
  return { ended, isKnown: (known?.consents ?? []).length > 0, until };
}

/** Ends what others vouched for in the name of a person; resolves with until when. */
export async function endVouched(
  { ends }: Pick<PersonPorts, 'ends'>,
  person: PersonId,
  end: SessionsEnd,
): Promise<Instant> {
  const until = after(end.at, endedAheadSeconds);
  await ends.end(person, until, end);
  return until;
}

/**
 * Ends those that have not ended, all of them before anything is forgotten: what is kept upstream gives nobody a token
 * without its grant. What was not forgotten after an earlier end is forgotten now. Resolves with how many were ended.
 */
export async function endGrants(
  { grants, standings }: Pick<PersonPorts, 'grants' | 'standings'>,
  stored: readonly StoredGrant[],
  reason: EndReason,
  { now, requestId }: { readonly now: Instant; readonly requestId: string },
): Promise<number> {
  const end = { at: now, reason };
  let ended = 0;
  await fewAtOnce(
    stored.filter((grant) => grant.ended === undefined),
    async ({ terms: { id } }) => {
      if (await grants.end(id, end, requestId)) ended += 1;
    },
  );
  await fewAtOnce(
    stored.filter(({ terms }) => terms.keptUpstream),
    ({ terms: { id } }) => standings.forget(id),
  );
  return ended;
}

function keptGrants(
  { grants }: { readonly grants: Pick<Grants, 'several'> },
  known: KnownPerson | undefined,
): Promise<readonly StoredGrant[]> {
  return grants.several((known?.consents ?? []).flatMap((consent) => consent.grants));
}

/** Whether a token of it may be alive, or may yet be made. */
function isLive({ ended, code, family }: StoredGrant, now: Instant): boolean {
  if (ended !== undefined) return false;
  if (family !== undefined) return now < family.idleUntil;
  return now < (code.redeemedAt === undefined ? code.expiresAt : after(code.redeemedAt, longestTokenSeconds));
}

/** They write to the same sets of ends, where too many at once would only wait for each other. */
const atOnce = 4;

async function fewAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) {
    await Promise.all(items.slice(from, from + atOnce).map(work));
  }
}
