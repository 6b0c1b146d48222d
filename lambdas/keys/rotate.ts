import type { KeyRing } from '../ports/signing.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import type { KeyThumbprint } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { handOver, makeStandby } from './carry-out.ts';
import { withdrawn } from './hand-over.ts';
import { holderOf, standbysOf, stateOf } from './key-state.ts';
import { changeOf, type KeyAuthor, type KeyRingPorts } from './ports.ts';
import type { RotationRefusal } from './refusal.ts';
import { tend } from './tend.ts';

type Rotated = Result<KeyRing, RotationRefusal>;

/**
 * An operator's rotation: the standby takes over in seconds, however short it has been published, and the old key
 * stays published for the tokens it signed. A new standby is published first.
 */
export async function rotate(ports: KeyRingPorts, author: KeyAuthor): Promise<Rotated> {
  for (;;) {
    const ring = await ports.keyRing.read();
    const now = ports.clock();
    const holder = holderOf(ring, now);
    if (holder?.signFrom !== undefined && now < holder.signFrom) {
      return refuse({ reason: 'under_way', until: holder.signFrom });
    }
    const [ready, another] = standbysOf(ring, ports.policy, now);
    if (ready === undefined || another === undefined) {
      if ((await makeStandby(ports, ring, author)) === 'busy') return refuse({ reason: 'busy' });
      continue;
    }
    if ((await handOver(ports, ring, ready, author)) === 'done') return ok(await ports.keyRing.read());
  }
}

/**
 * The emergency: the key leaves the key set at once, and what it signed is worthless. Where it was the one that
 * signs, the standby signs from this moment.
 */
export async function withdraw(ports: KeyRingPorts, kid: KeyThumbprint, author: KeyAuthor): Promise<Rotated> {
  for (;;) {
    const ring = await ports.keyRing.read();
    const now = ports.clock();
    const key = ring.keys.find((candidate) => candidate.kid === kid);
    if (key === undefined) return refuse({ reason: 'unknown_key' });
    if (stateOf(key, now) === 'gone') return refuse({ reason: 'gone_already' });
    const decided = withdrawn(ring.keys, kid, ports.policy, now);
    if (decided === undefined) {
      if ((await makeStandby(ports, ring, author)) === 'busy') return refuse({ reason: 'busy' });
      continue;
    }
    const change = changeOf(author, 'signing_key_withdrawn', ports);
    if (!(await ports.keyRing.replace(ring, { ...ring, keys: decided.keys }, change))) continue;
    const by = author.actor;
    ports.audit({ event: 'signing_key_retired', kid, publishedUntil: now, compromised: true, by });
    if (decided.successor !== undefined) {
      ports.audit({ event: 'signing_key_activated', kid: decided.successor, signsFrom: now, by });
    }
    return ok(await withNewStandby(ports, author));
  }
}

/** The withdrawal stands, whether or not a standby can be made right now: the next daily run makes it up. */
async function withNewStandby(ports: KeyRingPorts, author: KeyAuthor): Promise<KeyRing> {
  try {
    return await tend(ports, author);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    return ports.keyRing.read();
  }
}
