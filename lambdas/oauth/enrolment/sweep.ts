import { isStoppedForGood } from '../../ports/client-registrations.ts';
import type { Place } from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { Client } from '../../ports/registry.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { Audit, AuditEvent } from '../../runtime/events.ts';
import type { ClientId } from '../../runtime/identifiers.ts';
import { logger } from '../../runtime/log.ts';
import { profileOf } from '../people/profiles/profile-of.ts';
import type { EnrolmentPorts } from './enrol.ts';
import { providersOf } from './enrolled-at.ts';
import { leave } from './leave.ts';
import { rename } from './rename.ts';
import { upstreamName } from './upstream-metadata.ts';

export interface SweepPorts extends EnrolmentPorts {
  /** As it is known here, expired or not; strongly consistent. */
  readonly findClient: (id: ClientId) => Promise<SweptClient | undefined>;
  readonly audit: Audit;
}

export interface SweptClient extends Pick<
  Client,
  'name' | 'state' | 'managedBy' | 'registered' | 'expiresAt'
> {
  /** Where it says itself that it is enrolled: takes that back if it is still as it was found; false where it is not. */
  readonly letGo?: () => Promise<boolean>;
}

/** A registration is over by then, well or not: longer than every function on the way lives. Seconds. */
const underWaySeconds = 600;
/** Whoever signs in while a client expires may yet prolong its life. Seconds. */
const expiredSeconds = 3_600;
/** So long a client is believed to be at a provider that lets nobody look, after a registration without an answer. Seconds. */
const believedSeconds = 86_400;
/** A run goes on for so long, and leaves the rest to the next. Seconds. */
const runSeconds = 40;

type Ended = Extract<AuditEvent, { event: 'enrolment_ended' }>;

/**
 * Removes from a provider what nobody is registered for here: clients that were removed, have expired, or never came to be
 * because something failed on the way. What a provider does not answer is left to the next run.
 */
export async function sweep(ports: SweepPorts, idp: IdentityProvider, requestId: string): Promise<void> {
  const { enrolments, audit, clock } = ports;
  const until = after(clock(), runSeconds);
  const places = [...(await enrolments.places(idp.id))].sort((one, other) => one.since - other.since);
  for (const place of places) {
    if (clock() >= until) return;
    try {
      const ended = await sweepPlace(ports, idp, place, { now: clock(), requestId });
      if (ended !== undefined) {
        const { idp: id, client: clientId, name } = place;
        audit({ event: 'enrolment_ended', requestId, idp: id, clientId, upstreamName: name, ...ended });
      }
    } catch (error) {
      if (!(error instanceof DependencyUnavailable)) throw error;
      logger.warn('an identity provider is left to the next sweep', { requestId, idp: idp.id, error });
      return;
    }
  }
}

async function sweepPlace(
  ports: SweepPorts,
  idp: IdentityProvider,
  place: Place,
  { now, requestId }: { readonly now: Instant; readonly requestId: string },
): Promise<Pick<Ended, 'reason' | 'outcome' | 'upstreamClientId'> | undefined> {
  if (now < after(place.since, underWaySeconds)) return undefined;
  const { enrolments } = ports;
  const client = await ports.findClient(place.client);
  if (place.emptied) {
    await enrolments.forget(place);
    return undefined;
  }
  if (client !== undefined && !isOver(client, now) && !place.leaving) {
    if (!(await isKept(ports, place, client))) return sweepUnanswered(ports, idp, place, now);
    await keepName(ports, idp, place, client, requestId);
    return undefined;
  }
  if (!(await beginToLeave(ports, place, client))) return undefined;
  const left = await leave(ports, idp, place);
  if (left.outcome !== 'not_enrolled') {
    const reason = client === undefined ? 'client_gone' : 'client_expired';
    return { reason, outcome: left.outcome, upstreamClientId: left.upstreamId };
  }
  return sweepUnanswered(ports, idp, place, now);
}

/** Who lets that client in at this moment holds the place, or the note of it: one of the two goes on. */
async function beginToLeave(
  { enrolments }: SweepPorts,
  place: Place,
  client: SweptClient | undefined,
): Promise<boolean> {
  if (client?.letGo !== undefined && !place.leaving && !(await client.letGo())) return false;
  return enrolments.beginLeaving(place);
}

/** One that waits for approval may have been enrolled for it, and not let in: what was made is there for the next try. */
async function isKept({ enrolments }: SweepPorts, place: Place, client: SweptClient): Promise<boolean> {
  const isWritten = client.state === 'active' && providersOf(client).includes(place.idp);
  return isWritten || (await enrolments.find(place)) !== undefined;
}

/** A client that was renamed here while the provider could not be asked. */
async function keepName(
  ports: SweepPorts,
  idp: IdentityProvider,
  { client: clientId, name: upstreamNameNow }: Place,
  { name }: SweptClient,
  requestId: string,
): Promise<void> {
  if (upstreamName(profileOf(idp).registration, clientId, name) === upstreamNameNow) return;
  const outcome = await rename(ports, idp, { client: clientId, name });
  if (outcome === 'refused') tellRefused(ports, idp, clientId, requestId);
}

/** It keeps its old name there. */
export function tellRefused(
  { audit }: Pick<SweepPorts, 'audit'>,
  { id: idp }: IdentityProvider,
  clientId: ClientId,
  requestId: string,
): void {
  audit({ event: 'enrolment_not_renamed', requestId, idp, clientId });
}

/** What became of the request nobody knows: who may look finds the client by its name, of which there is one. */
async function sweepUnanswered(
  { enrolments, upstream }: SweepPorts,
  idp: IdentityProvider,
  place: Place,
  now: Instant,
): Promise<Pick<Ended, 'reason' | 'outcome'> | undefined> {
  const found = await upstream.find(idp, place.name);
  if (found === undefined) {
    if (now < after(place.since, believedSeconds)) return undefined;
    await enrolments.forget(place);
    return { reason: 'never_registered', outcome: 'unknown' };
  }
  // What was found may be of a later attempt: then the place is of that one.
  if (found.length > 0 && !(await enrolments.beginLeaving(place))) return undefined;
  for (const id of found) {
    if ((await upstream.remove(idp, { id })) === 'refused') {
      return { reason: 'never_registered', outcome: 'refused' };
    }
  }
  await enrolments.forget(place);
  return { reason: 'never_registered', outcome: found.length > 0 ? 'removed' : 'gone' };
}

function isOver(client: SweptClient, now: Instant): boolean {
  const { expiresAt } = client;
  return expiresAt !== undefined && now >= after(expiresAt, expiredSeconds) && !isStoppedForGood(client);
}
