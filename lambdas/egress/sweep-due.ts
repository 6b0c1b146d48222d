import type { DueConnection, DueConnections } from '../ports/connections.ts';
import { dueShards } from '../ports/tasks.ts';
import type { Instant } from '../runtime/clock.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import { leaseIsFree } from './lease.ts';
import type { ConnectionPorts } from './ports.ts';
import { providerOf, renewOnce } from './renew-connection.ts';
import { revokeConnection } from './revoke-connection.ts';
import { foundAt } from './told.ts';

export interface SweepPorts extends ConnectionPorts {
  readonly due: DueConnections;
}

interface Sweep {
  readonly requestId: string;
  /** From then on nothing is begun. */
  readonly until: Instant;
}

const atOnce = 16;

/** Renews what is due, and goes on revoking what is to be; whatever is left then is due still. A defect stands in nobody's way, and is thrown
 * when all the rest is done. */
export async function sweepDue(ports: SweepPorts, sweep: Sweep): Promise<void> {
  const shards = Array.from({ length: dueShards }, (_, shard) => shard);
  const found = await Promise.all(shards.map((shard) => dueIn(ports, shard)));
  const waiting = found.flat().sort((one, other) => one.dueAt - other.dueAt);
  const defects: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (ports.clock() >= sweep.until) return;
      await tend(ports, next, sweep.requestId).catch((error: unknown) => defects.push(error));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (defects.length > 0) throw defects[0];
}

/** Of one list in one sweep: the memory of a function has bounds. */
const mostOfShard = 5_000;

async function dueIn({ due, clock }: SweepPorts, shard: number): Promise<readonly DueConnection[]> {
  const now = clock();
  const found: DueConnection[] = [];
  let next: string | undefined;
  do {
    const page = await due.page(shard, now, next);
    found.push(...page.due);
    next = page.next;
  } while (next !== undefined && found.length < mostOfShard);
  return found;
}

/** The list may be behind: the item decides. A third party that is down is told of already. */
async function tend(ports: SweepPorts, due: DueConnection, requestId: string): Promise<void> {
  const place = { provider: due.provider, holder: due.holder };
  const { connections, providers, clock } = ports;
  try {
    const [provider, found] = await Promise.all([providers.find(place.provider), connections.find(place)]);
    const { state, dueAt } = found ?? {};
    const isDue = dueAt !== undefined && dueAt <= clock();
    if (found === undefined || !isDue || !leaseIsFree(ports, found)) return;
    if (state === 'disconnecting') {
      await revokeConnection(ports, provider, place, requestId);
    } else if (state === 'active') {
      const active = await providerOf(ports, place);
      if (active !== undefined) await renewOnce(ports, active, foundAt(found, place), requestId);
    }
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
  }
}
