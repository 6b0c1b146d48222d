import type { KeyRing } from '../ports/signing.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import { carryOut } from './carry-out.ts';
import { holderOf, standbysOf } from './key-state.ts';
import { nextStep } from './next-step.ts';
import type { KeyAuthor, KeyRingPorts } from './ports.ts';

const daySeconds = 86_400;

/**
 * Does everything that is due, and resolves with the ring that needs nothing. Throws `DependencyUnavailable` while
 * another is making a key: what it leaves undone, the next call does.
 */
export async function tend(ports: KeyRingPorts, author: KeyAuthor): Promise<KeyRing> {
  for (;;) {
    const ring = await ports.keyRing.read();
    const step = nextStep(ring, ports.policy, ports.clock());
    if (step === undefined) return ring;
    if ((await carryOut(ports, ring, step, author)) === 'busy') throw anotherMakes();
  }
}

/** The daily run: everything that is due, and one event by which an overdue rotation is noticed. */
export async function tendDaily(ports: KeyRingPorts, author: KeyAuthor): Promise<void> {
  const { audit, clock, policy } = ports;
  try {
    await tend(ports, author);
  } finally {
    const ring = await ports.keyRing.read();
    const now = clock();
    const holder = holderOf(ring, now);
    audit({
      event: 'signing_key_age',
      ...(holder?.signFrom !== undefined && {
        kid: holder.kid,
        days: Math.max(0, Math.floor((now - holder.signFrom) / daySeconds)),
      }),
      rotationDays: policy.signSeconds / daySeconds,
      standbys: standbysOf(ring, policy, now).length,
    });
  }
}

function anotherMakes(): DependencyUnavailable {
  return new DependencyUnavailable('signing key ring', { cause: 'another request is making a key' });
}
