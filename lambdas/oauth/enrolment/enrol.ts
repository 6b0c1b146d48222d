import {
  type EnrolmentName,
  type EnrolmentRefusal,
  type Enrolments,
  type EnrolmentSeals,
  EnrolmentUnderWay,
  type MadeClient,
  type Place,
  type UpstreamRegistrationRefusal,
  type UpstreamRegistrations,
} from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import { after, type Clock } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { logger } from '../../runtime/log.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { profileOf } from '../people/profiles/profile-of.ts';
import { firmly } from './firmly.ts';
import { upstreamName } from './upstream-metadata.ts';
import { whyRefused, whyUnknown } from './why-refused.ts';

export interface EnrolmentPorts {
  readonly enrolments: Enrolments;
  readonly seals: EnrolmentSeals;
  readonly upstream: UpstreamRegistrations;
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Longer than the function lives: whoever took or held a place so long ago does nothing with it any more. Seconds. */
const attemptSeconds = 90;

/**
 * Makes a client of ours one of its own at a provider, or finds that it is one. Its place is taken first: from then on, whatever
 * fails, the sweep knows that there may be a client there, by which name. It is free again at once only where certainly nothing
 * is left there.
 */
export async function enrol(
  ports: EnrolmentPorts,
  idp: IdentityProvider,
  {
    client,
    name,
    quota,
  }: { readonly client: EnrolmentName['client']; readonly name: string; readonly quota: number },
): Promise<Result<'made' | 'found', EnrolmentRefusal>> {
  const { enrolments, clock, random } = ports;
  const called = upstreamName(profileOf(idp).registration, client, name);
  const place: Place = { idp: idp.id, client, since: clock(), attempt: random(16), name: called };
  const taken = await take(ports, place, quota);
  if (taken === 'full') return refuse({ reason: 'enrolment_full', idp: idp.id });
  if (taken !== 'taken') return find(ports, idp, taken);
  const made = await make(ports, idp, place);
  if (made.ok) return ok('made');
  if (await isNothingLeft(ports, idp, made.refusal)) await enrolments.forget(place);
  return refuse({ reason: 'enrolment_refused', idp: idp.id, ...whyRefused(idp, made.refusal) });
}

/**
 * What an earlier attempt made. From here on the place is held: no sweep that has looked before removes what is there. While
 * nobody knows what came of that attempt, no other client is made.
 */
async function find(
  { enrolments, clock, random }: EnrolmentPorts,
  idp: IdentityProvider,
  place: Place,
): Promise<Result<'found', EnrolmentRefusal>> {
  const [since, over] = [clock(), after(place.since, attemptSeconds)];
  if (since < over) throw underWay(idp, over - since);
  if (place.leaving ?? place.emptied) throw underWay(idp);
  if ((await enrolments.find(place)) === undefined) {
    return refuse({ reason: 'enrolment_refused', idp: idp.id, ...whyUnknown(place) });
  }
  if (!(await enrolments.hold(place, { since, attempt: random(16) }))) throw underWay(idp);
  return ok('found');
}

function underWay({ id }: IdentityProvider, retryAfterSeconds = attemptSeconds): EnrolmentUnderWay {
  const cause = new Error('another one registers or removes that client');
  return new EnrolmentUnderWay(`identity provider ${id}`, { cause, retryAfterSeconds });
}

/** Where nobody knows whether it is taken, nobody has it. */
async function take(ports: EnrolmentPorts, place: Place, quota: number): ReturnType<Enrolments['take']> {
  try {
    return await ports.enrolments.take(place, quota);
  } catch (error) {
    await freeQuietly(ports, place);
    throw error;
  }
}

async function make(
  ports: EnrolmentPorts,
  idp: IdentityProvider,
  place: Place,
): Promise<Result<undefined, UpstreamRegistrationRefusal>> {
  const { enrolments, seals, upstream, clock } = ports;
  let asked = false;
  try {
    const seal = await seals.prepare(place);
    const register = await upstream.prepare(idp, place);
    if (!register.ok) return register;
    asked = true;
    const made = await register.value();
    if (!made.ok) return made;
    const sealed = seal(made.value);
    const { idp: id, client } = place;
    const enrolment = { idp: id, client, upstreamId: made.value.id, enrolledAt: clock(), ...sealed };
    await keepOrUndo(
      ports,
      () => enrolments.keep(enrolment),
      () => undo(ports, idp, place, made.value),
    );
    return ok(undefined);
  } catch (error) {
    if (!asked || hadNoEffect(error)) await freeQuietly(ports, place);
    throw error;
  }
}

/** A client that nobody keeps is removed at once, while its token is at hand. */
async function keepOrUndo(
  ports: EnrolmentPorts,
  keep: () => Promise<void>,
  undoing: () => Promise<void>,
): Promise<void> {
  try {
    await firmly(ports, keep);
  } catch (error) {
    await undoing();
    throw error;
  }
}

/** The write may have come to be all the same: what it kept is forgotten along with the place, or neither. */
async function undo(
  { upstream, enrolments }: EnrolmentPorts,
  idp: IdentityProvider,
  place: Place,
  made: MadeClient,
): Promise<void> {
  try {
    if ((await upstream.remove(idp, made)) !== 'refused') await enrolments.forget(place);
  } catch (error) {
    logger.warn('a client is left at an identity provider for the sweep', { ...place, error });
  }
}

async function isNothingLeft(
  { upstream }: EnrolmentPorts,
  idp: IdentityProvider,
  refusal: UpstreamRegistrationRefusal,
): Promise<boolean> {
  if (refusal.kind !== 'unusable') return true;
  if (refusal.made === undefined) return false;
  try {
    return (await upstream.remove(idp, refusal.made)) !== 'refused';
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    return false;
  }
}

/** The place of somebody who never got as far as the provider; the sweep frees it otherwise. */
async function freeQuietly({ enrolments }: EnrolmentPorts, place: Place): Promise<void> {
  try {
    await enrolments.forget(place);
  } catch (error) {
    logger.warn('a place at an identity provider is left for the sweep', { ...place, error });
  }
}

function hadNoEffect(error: unknown): boolean {
  return error instanceof DependencyUnavailable && 'hadNoEffect' in error && error.hadNoEffect === true;
}
