import type { DeviceDecision, StoredDevice } from '../../ports/devices.ts';
import type { Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { ClientId, DeviceId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import type { GrantRefusal } from '../refusal.ts';

/** `<id>.<secret>`: by which a device polls. */
export interface DeviceCode {
  readonly id: DeviceId;
  readonly secret: string;
}

export function writeDeviceCode({ id, secret }: DeviceCode): Secret {
  return new Secret(`${id}.${secret}`);
}

export function readDeviceCode(text: string): DeviceCode | undefined {
  const [, id, secret] = /^([\w-]{43})\.([\w-]{43})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id: id as DeviceId, secret };
}

/** Where a device stands whose code is known and its caller's own. */
export type DeviceStanding =
  | { readonly kind: 'waiting'; readonly device: StoredDevice }
  | { readonly kind: 'approved'; readonly decision: Extract<DeviceDecision, { outcome: 'approved' }> };

/** Judges a device code: whether there is one, whether it is over, whose it is, and only then what became of it. */
export function judgeDevice(
  device: StoredDevice | undefined,
  { secret }: DeviceCode,
  clientId: ClientId,
  now: Instant,
): Result<DeviceStanding, GrantRefusal> {
  if (device === undefined || !sameDigest(sha256(secret), device.digest)) {
    return refuse({ reason: 'device_code_unknown' });
  }
  const { decision } = device;
  // Of one that was approved the grant knows until when it counts, and whether it was used.
  if (decision?.outcome !== 'approved' && now >= device.expiresAt) {
    return refuse({ reason: 'device_code_expired' });
  }
  // RFC 8628 §3.4: of the client that it was issued to.
  if (device.clientId !== clientId) return refuse({ reason: 'device_code_of_another_client' });
  if (decision === undefined) return ok({ kind: 'waiting', device });
  return decision.outcome === 'denied'
    ? refuse({ reason: 'device_denied' })
    : ok({ kind: 'approved', decision });
}
