import type { TaskMessage } from '../ports/task-work.ts';
import type { Instant } from '../runtime/clock.ts';
import { logged } from './failure.ts';
import { look } from './look.ts';
import type { Due, RefreshPorts } from './ports.ts';

export interface WorkPorts extends RefreshPorts {
  /** Tasks of one call that are looked at at the same time. */
  readonly atOnce: number;
  /** From then on none is begun: who works has to be done before their own time is over. */
  readonly until: Instant;
}

/** Of one message: whether everything in it was looked at. */
export type Worked = 'done' | 'again';

/**
 * Works off some messages, the most urgent tasks of each first. One task that fails keeps the others from nothing; a message that holds
 * one comes again, and finds what was looked at before no longer due.
 */
export async function work(
  ports: WorkPorts,
  messages: readonly TaskMessage[],
  requestId: string,
): Promise<readonly Worked[]> {
  const worked: Worked[] = messages.map(() => 'done');
  const waiting: Job[] = messages.flatMap(({ tasks }, message) => tasks.map((due) => ({ due, message })));
  const run = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const next = ports.clock() < ports.until ? await lookQuietly(ports, job.due, requestId) : 'again';
      if (next !== 'again') waiting.push(...next.map((due) => ({ due })));
      else if (job.message !== undefined) worked[job.message] = 'again';
    }
  };
  await Promise.all(Array.from({ length: ports.atOnce }, run));
  return worked;
}

interface Job {
  readonly due: Due;
  /** Absent of what has become due on the way, which a sweep finds too. */
  readonly message?: number;
}

/** Its lease is over before the message comes again, or a sweep sends another. */
async function lookQuietly(
  ports: RefreshPorts,
  due: Due,
  requestId: string,
): Promise<readonly Due[] | 'again'> {
  try {
    return (await look(ports, due, requestId)).next;
  } catch (error) {
    logged(error, requestId, due.id);
    return 'again';
  }
}
