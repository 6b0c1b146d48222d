import * as v from 'valibot';
import type { DeviceDecision, StoredDevice, WaitingDevice } from '../../ports/devices.ts';
import { after, instant } from '../../runtime/clock.ts';
import type { ClientId, DeviceId, GrantId, PersonId } from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';

/** The sweep waits longer than any clock of ours is off; whether a device waits is decided by its `expires_at`. */
const sweepMarginSeconds = 3_600;

const storedDecision = v.variant('outcome', [
  v.object({ outcome: v.literal('approved'), grant_id: text, person: text }),
  v.object({ outcome: v.literal('denied') }),
]);

const storedDevice = v.object({
  pk: text,
  id: text,
  client_id: text,
  request: text,
  digest: text,
  expires_at: whole,
  interval: whole,
  polled_at: v.exactOptional(whole),
  decision: v.exactOptional(storedDecision),
});

export function encodeDevice(device: WaitingDevice): PlainRecord {
  return {
    pk: keyOf.device(device.id),
    id: device.id,
    client_id: device.clientId,
    request: device.request,
    digest: device.digest,
    expires_at: device.expiresAt,
    interval: device.interval,
    ttl: after(device.expiresAt, sweepMarginSeconds),
  };
}

export function decodeDevice(item: Item): StoredDevice {
  const stored = decode(storedDevice, item);
  return {
    id: stored.id as DeviceId,
    clientId: stored.client_id as ClientId,
    request: stored.request,
    digest: stored.digest,
    expiresAt: instant(stored.expires_at),
    interval: stored.interval,
    ...(stored.polled_at !== undefined && { polledAt: instant(stored.polled_at) }),
    ...(stored.decision && { decision: decisionOf(stored.decision) }),
  };
}

export function decisionAttribute(decision: DeviceDecision): PlainRecord {
  return decision.outcome === 'approved'
    ? { outcome: 'approved', grant_id: decision.grantId, person: decision.person }
    : { outcome: 'denied' };
}

function decisionOf(stored: v.InferOutput<typeof storedDecision>): DeviceDecision {
  return stored.outcome === 'approved'
    ? { outcome: 'approved', grantId: stored.grant_id as GrantId, person: stored.person as PersonId }
    : { outcome: 'denied' };
}
