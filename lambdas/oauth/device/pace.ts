import type { Devices, StoredDevice } from '../../ports/devices.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { refuse, type Result } from '../../runtime/result.ts';
import type { GrantRefusal } from '../refusal.ts';

/** RFC 8628 §3.5: by how much longer a device has to wait that did not. Seconds. */
const slowDownSeconds = 5;

/** Instants are whole seconds, and of two requests the second may be quicker on its way. Seconds. */
const graceSeconds = 1;

/**
 * Tells a device that nobody has decided yet, or that it asks too often, which is remembered. Of polls that come at once one
 * is in time.
 */
export async function stillWaiting(
  { devices, random }: { readonly devices: Pick<Devices, 'notePoll'>; readonly random: Random },
  seen: StoredDevice,
  now: Instant,
): Promise<Result<never, GrantRefusal>> {
  const { polledAt, interval } = seen;
  const isTooFast = polledAt !== undefined && after(now, graceSeconds) < after(polledAt, interval);
  const next = isTooFast ? interval + slowDownSeconds : interval;
  const isNoted = await devices.notePoll({ seen, at: now, interval: next, attempt: random(16) });
  return refuse({ reason: isTooFast || !isNoted ? 'device_polled_too_fast' : 'device_waiting' });
}
