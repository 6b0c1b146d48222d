import { isStoppedForGood } from '../ports/client-registrations.ts';
import type { Enrolling } from '../ports/enrolments.ts';
import type { Kind, RegistryStore, Things } from '../ports/registry-store.ts';
import type { Client } from '../ports/registry.ts';
import type { Instant } from '../runtime/clock.ts';
import { ok, type Result } from '../runtime/result.ts';
import type { RegistryRefusal } from './refusal.ts';
import { isOver, type SelfRegistrationPolicy } from './self-registration.ts';
import { findThing } from './writing.ts';

export interface LettingInPorts {
  readonly store: RegistryStore;
  readonly selfRegistration: SelfRegistrationPolicy;
  /** Absent where no client is one of its own at an identity provider. */
  readonly enrolling?: Pick<Enrolling, 'idps' | 'enrol'>;
}

type Thing = Things[keyof Things];

/**
 * A client that an operator lets in is made one of its own at identity providers first, if it is to be: from when it is enabled
 * people sign in with it. Where it is not written after that, the next try finds what is there.
 */
export async function enrolFirst(
  ports: LettingInPorts,
  { kind, id }: { readonly kind: Kind; readonly id: string },
  now: Instant,
): Promise<Result<'enrolled' | 'nothing to do', RegistryRefusal>> {
  const { enrolling } = ports;
  if (kind !== 'client' || enrolling === undefined) return ok('nothing to do');
  const thing = (await findThing(ports.store, 'client', id))?.thing;
  if (thing === undefined || !isToEnrol(ports, thing, now)) return ok('nothing to do');
  const done = await enrolling.enrol(thing.id, thing.name);
  return done.ok ? ok('enrolled') : done;
}

/** Whether the thing is a client to enrol before it is enabled: one that registered itself, and has no enrolment that lasts. */
export function isToEnrol(
  { enrolling, selfRegistration }: LettingInPorts,
  thing: Thing,
  now: Instant,
): boolean {
  if (enrolling === undefined || !isSelfRegistered(thing)) return false;
  const { enrolledAt = [] } = thing.registered;
  const isLetIn = selfRegistration.mode === 'approval' || enrolledAt.length > 0;
  const isOverNow = isOver(thing, now);
  if (!isLetIn || (thing.state === 'active' && !isOverNow)) return false;
  const isAtAll = enrolling.idps.every((idp) => enrolledAt.includes(idp));
  // What has expired may be on its way out of the providers.
  return !isAtAll || (isOverNow && !isStoppedForGood(thing));
}

/** The same client where it is one of its own at all of them. */
export function enrolled<T extends Thing>({ enrolling }: LettingInPorts, thing: T): T {
  if (enrolling === undefined || !isSelfRegistered(thing)) return thing;
  return { ...thing, registered: { ...thing.registered, enrolledAt: enrolling.idps } };
}

function isSelfRegistered(thing: Thing): thing is Client & Required<Pick<Client, 'registered'>> {
  return 'registered' in thing;
}
