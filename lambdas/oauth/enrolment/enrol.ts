import type {
  EnrolmentName,
  EnrolmentRefusal,
  Enrolments,
  EnrolmentSeals,
  MadeClient,
  Place,
  UpstreamRegistrationRefusal,
  UpstreamRegistrations,
} from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { Clock } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { logger } from '../../runtime/log.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { profileOf } from '../people/profiles/profile-of.ts';
import { firmly } from './firmly.ts';
import { upstreamName } from './upstream-metadata.ts';
import { whyRefused } from './why-refused.ts';

export interface EnrolmentPorts {
  readonly enrolments: Enrolments;
  readonly seals: EnrolmentSeals;
  readonly upstream: UpstreamRegistrations;
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/**
 * Makes a client of ours one of its own at a provider. Its place is taken first: from then on, whatever fails, the sweep knows
 * that there may be a client there, by which name. It is free again at once only where certainly nothing is left there.
 */
export async function enrol(
  ports: EnrolmentPorts,
  idp: IdentityProvider,
  {
    client,
    name,
    quota,
  }: { readonly client: EnrolmentName['client']; readonly name: string; readonly quota: number },
): Promise<Result<undefined, EnrolmentRefusal>> {
  const { enrolments, clock } = ports;
  const { registration: api } = profileOf(idp);
  const place: Place = { idp: idp.id, client, since: clock(), name: upstreamName(api, client, name) };
  if (!(await take(ports, place, quota))) return refuse({ reason: 'enrolment_full', idp: idp.id });
  const made = await make(ports, idp, place);
  if (made.ok) return ok(undefined);
  if (await isNothingLeft(ports, idp, made.refusal)) await enrolments.forget(place);
  return refuse({ reason: 'enrolment_refused', idp: idp.id, ...whyRefused(idp, made.refusal) });
}

/** Where nobody knows whether it is taken, nobody has it. */
async function take(ports: EnrolmentPorts, place: Place, quota: number): Promise<boolean> {
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
    const register = await upstream.prepare(idp, place.name);
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
