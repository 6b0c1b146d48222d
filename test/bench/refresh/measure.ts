import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { type House, inHouse } from './house.ts';
import { indexed, lookAt, type Looked, timing } from './leases.ts';
import { refreshersOf } from './refreshers.ts';
import type { Tally } from './tally.ts';

/** What it took to renew so many tasks once. */
export interface Refreshed {
  readonly leases: number;
  readonly looked: Looked;
  readonly sweeps: number;
  /** One sweep that found nothing due. */
  readonly idle: Tally;
  /** All of them. */
  readonly sweeping: Tally;
  readonly working: Tally;
  /** Of this process, which was sweep, workers and queue. */
  readonly cpuSeconds: number;
  readonly seconds: number;
}

/** Stores so many tasks and lets minutes go by until each was renewed once. */
export function refreshOnce(leases: number, progress: (doing: string) => void): Promise<Refreshed> {
  return inHouse(async (house) => {
    progress(`${leases} leases are stored`);
    const ids = await house.store(leases);
    const found = await indexed(house.due);
    if (found !== leases) throw new Error(`the index has ${found} tasks of ${leases}`);
    progress(`${leases} leases are refreshed`);
    return refreshAll(house, ids);
  });
}

/** So many minutes that the last of what is opened together is due, at the sweep before that. */
const minutes = Math.ceil((timing.tokenSeconds * 0.8) / 60);

async function refreshAll(house: House, ids: readonly TaskId[]): Promise<Refreshed> {
  const { sweep, workOff, tallies } = refreshersOf(house);
  await sweep();
  const idle = tallies.sweep.take();
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  for (let minute = 0; minute < minutes; minute += 1) {
    house.pass(60);
    await sweep();
    await workOff();
  }
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1_000;
  return {
    ...{ leases: ids.length, idle, sweeps: minutes, seconds, cpuSeconds: (used.user + used.system) / 1e6 },
    ...{ sweeping: tallies.sweep.take(), working: tallies.workers.take() },
    looked: await lookAt(house.tasks, ids),
  };
}
