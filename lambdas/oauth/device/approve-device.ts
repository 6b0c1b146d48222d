import type { Devices, StoredDevice } from '../../ports/devices.ts';
import type { Grants, GrantTerms } from '../../ports/grants.ts';
import type { PersonStandings } from '../../ports/people.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { DeviceId, GrantId, PersonId } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { endGrant } from '../grants/end-grant.ts';

interface Ports {
  readonly devices: Pick<Devices, 'find' | 'decide'>;
  readonly grants: Pick<Grants, 'create' | 'end'>;
  readonly standings: Pick<PersonStandings, 'forget'>;
  readonly random: Random;
}

/**
 * Makes a grant of what a person granted, whose code is the device's own. The device learns of it by its approval, and of no
 * other grant. False, and nothing is made, where the device waits no more.
 */
export async function grantToDevice(
  { devices, grants }: Pick<Ports, 'devices' | 'grants'>,
  device: DeviceId,
  terms: GrantTerms,
  now: Instant,
): Promise<boolean> {
  const found = await devices.find(device);
  if (found === undefined || !isWaiting(found, now)) return false;
  const { digest, expiresAt } = found;
  await grants.create({ terms, createdAt: now, code: { digest, expiresAt } });
  return true;
}

/**
 * Lets the device have its grant, by one write that one person wins. Resolves with the grant that the device has of that
 * person, were it of an earlier try; undefined where somebody else decided, or it is too late.
 */
export async function approveDevice(
  ports: Ports,
  device: DeviceId,
  terms: GrantTerms,
  { now, requestId }: { readonly now: Instant; readonly requestId: string },
): Promise<GrantId | undefined> {
  const decision = { outcome: 'approved', grantId: terms.id, person: terms.person.id } as const;
  const decided = await ports.devices.decide(device, { decision, at: now, attempt: ports.random(16) });
  if (decided.won) return terms.id;
  await endGrant(ports, terms, 'device_over', { now, requestId });
  return grantedBy(decided.taken, terms.person.id);
}

export function isWaiting({ decision, expiresAt }: StoredDevice, now: Instant): boolean {
  return decision === undefined && now < expiresAt;
}

function grantedBy(device: StoredDevice | undefined, person: PersonId): GrantId | undefined {
  const { decision } = device ?? {};
  return decision?.outcome === 'approved' && decision.person === person ? decision.grantId : undefined;
}
