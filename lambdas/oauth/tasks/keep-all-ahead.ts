import type { KeptToRenew, TaskMessage } from '../../ports/task-work.ts';
import type { Instant } from '../../runtime/clock.ts';
import { logger } from '../../runtime/log.ts';
import type { Worked } from '../../tasks/work.ts';
import { keepAhead, type KeepAheadPorts } from './keep-ahead.ts';

export interface KeepAllPorts extends KeepAheadPorts {
  /** As of tasks. */
  readonly atOnce: number;
  readonly until: Instant;
}

/** Works off what some messages ask for of what is kept of people. One that fails keeps the others from nothing. */
export async function keepAllAhead(
  ports: KeepAllPorts,
  messages: readonly TaskMessage[],
  requestId: string,
): Promise<readonly Worked[]> {
  const worked: Worked[] = messages.map(() => 'done');
  const waiting = messages.flatMap(({ kept = [] }, message) => kept.map((due) => ({ due, message })));
  const run = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const isDone = ports.clock() < ports.until && (await keepQuietly(ports, job.due, requestId));
      if (!isDone) worked[job.message] = 'again';
    }
  };
  await Promise.all(Array.from({ length: ports.atOnce }, run));
  return worked;
}

async function keepQuietly(ports: KeepAheadPorts, due: KeptToRenew, requestId: string): Promise<boolean> {
  try {
    await keepAhead(ports, due, requestId);
    return true;
  } catch (error) {
    logger.error('what is kept was not renewed', { requestId, grantId: due.id, error });
    return false;
  }
}
