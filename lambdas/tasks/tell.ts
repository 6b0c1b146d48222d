import type { TaskEvent } from '../ports/task-work.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import { logged } from './failure.ts';
import type { Leased, RefreshPorts } from './ports.ts';

/** Whether all were told. A task goes on though nobody hears of it. */
export async function tell(
  { events }: Pick<RefreshPorts, 'events'>,
  { task, requestId }: Leased,
  told: readonly TaskEvent[],
): Promise<boolean> {
  try {
    if (told.length > 0) await events.tell(told);
    return true;
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logged(error, requestId, task.terms.id);
    return false;
  }
}
