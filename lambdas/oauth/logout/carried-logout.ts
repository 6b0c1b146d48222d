import * as v from 'valibot';
import type { Seals } from '../../ports/seals.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { Kept } from '../authorization/outcome.ts';
import type { LogoutTarget } from './logout-ports.ts';
import type { NamedTarget } from './logout-request.ts';

/** What the page that asks a person carries, sealed, until they have answered it. */
export interface CarriedLogout extends NamedTarget {
  /** SHA-256 of the id of the browser whose page it is. */
  readonly browser: string;
  /** Who was told that they are signed in. */
  readonly person?: string | undefined;
}

/** A logout whose person is at the identity provider. The browser keeps it: it leads nowhere that is not looked up again. */
export interface PendingLogout extends NamedTarget {
  /** What went to the identity provider. */
  readonly upstreamState: string;
}

/** A page waits that long, and so does a way back. Seconds. */
const logoutSeconds = 600;

const maybe = v.exactOptional(v.string());
const target = { clientId: maybe, redirectUri: maybe, state: maybe };
const form = v.object({ ...target, browser: v.string(), person: maybe });
const pending = v.object({ ...target, upstreamState: v.string() });

export function namedTarget({ client, back }: LogoutTarget): NamedTarget {
  return { ...(client && { clientId: client.id }), ...back };
}

export function sealForm(seals: Seals, carried: CarriedLogout, now: Instant): Promise<string> {
  return seals.seal('logout-form', JSON.stringify(carried), after(now, logoutSeconds));
}

/** Undefined for what is expired, altered, or not of a page of ours. */
export async function openForm(
  seals: Seals,
  sealed: string | undefined,
  now: Instant,
): Promise<CarriedLogout | undefined> {
  const text = sealed === undefined ? undefined : await seals.open('logout-form', sealed, now);
  return text === undefined ? undefined : read(form, text);
}

export async function keepPending(seals: Seals, kept: PendingLogout, now: Instant): Promise<Kept> {
  const value = await seals.seal('logout', JSON.stringify(kept), after(now, logoutSeconds));
  return { value, seconds: logoutSeconds };
}

export async function openPending(
  seals: Seals,
  sealed: string | undefined,
  now: Instant,
): Promise<PendingLogout | undefined> {
  const text = sealed === undefined ? undefined : await seals.open('logout', sealed, now);
  return text === undefined ? undefined : read(pending, text);
}

function read<Shape extends v.GenericSchema>(shape: Shape, text: string): v.InferOutput<Shape> | undefined {
  const { output, success } = v.safeParse(shape, JSON.parse(text));
  return success ? output : undefined;
}
