import type { KeyRing, SigningKey } from '../ports/signing.ts';
import { instant, type Instant } from '../runtime/clock.ts';
import { changeOf, type KeyAuthor, type KeyRingPorts } from './ports.ts';

/**
 * The end of a deployment that leaves nothing: every key stops signing and being published, then its private half is
 * destroyed, then it is forgotten. Called again after an interruption, it goes on.
 */
export async function endAllKeys(ports: KeyRingPorts, author: KeyAuthor): Promise<void> {
  for (;;) {
    const ring = await ports.keyRing.read();
    if (ring.keys.length === 0 && ring.making === undefined) return;
    const now = ports.clock();
    const ended = { ...ring, keys: ring.keys.map((key) => endedAt(key, now)) };
    const change = changeOf(author, 'signing_keys_ended', ports);
    if (!(await ports.keyRing.replace(ring, ended, change))) continue;
    await destroyAll(ports, ring);
    const from = { ...ended, version: ring.version + 1 };
    if (!(await ports.keyRing.replace(from, { keys: [] }, change))) continue;
    for (const { kid } of ring.keys) ports.audit({ event: 'signing_key_destroyed', kid, by: author.actor });
  }
}

/** The keys of the ring, and the one that may have been made without getting there. */
async function destroyAll({ maker, clock }: KeyRingPorts, { keys, making }: KeyRing): Promise<void> {
  const known = making === undefined ? [] : [{ ...(await maker.make(making.intent)), publishedAt: clock() }];
  for (const key of [...keys, ...known]) await maker.destroy(key);
}

function endedAt(key: SigningKey, now: Instant): SigningKey {
  const until = (end: Instant | undefined): Instant => instant(Math.min(end ?? now, now));
  const signUntil = key.signFrom === undefined ? {} : { signUntil: until(key.signUntil) };
  return { ...key, ...signUntil, publishUntil: until(key.publishUntil) };
}
