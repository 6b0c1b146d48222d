import type { Things } from '../ports/registry-store.ts';
import type { Client } from '../ports/registry.ts';
import { after, type Instant } from '../runtime/clock.ts';

/** How clients register themselves here, as far as it matters to operators. */
export interface SelfRegistrationPolicy {
  readonly mode: 'open' | 'approval' | 'initial_access_token' | 'closed';
  /** How long a client lives that no person has used. Seconds. */
  readonly unusedSeconds: number;
}

type Thing = Things[keyof Things];

/** Whether an operator has yet to decide about the thing. */
export function awaitsApproval(thing: Thing): boolean {
  return 'registered' in thing && thing.registered.awaitsApproval;
}

/** Whether the life of the thing is over; only clients that registered themselves have an end. */
export function isOver(thing: Thing, now: Instant): boolean {
  const end = endOf(thing);
  return end !== undefined && end <= now;
}

/** Whatever an operator says of a client that waits for approval, it waits no longer. */
export function decided<T extends Thing>(thing: T): T {
  return 'registered' in thing
    ? { ...thing, registered: { ...thing.registered, awaitsApproval: false } }
    : thing;
}

/** Whom an operator enables has as long to be used by a person as one that registers now, or longer if it had longer. */
export function livingOn<T extends Thing>(
  thing: T,
  { unusedSeconds }: SelfRegistrationPolicy,
  now: Instant,
): T {
  const [end, until] = [endOf(thing), after(now, unusedSeconds)];
  return end !== undefined && end < until ? { ...thing, expiresAt: until } : thing;
}

function endOf(thing: Thing): Client['expiresAt'] {
  return 'expiresAt' in thing ? thing.expiresAt : undefined;
}
