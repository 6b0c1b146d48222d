import type { StoredTask } from '../ports/tasks.ts';
import type { Instant } from '../runtime/clock.ts';
import { renewedUntil, type TaskTiming } from './due.ts';
import type { Confirmation } from './renewal.ts';

/** A task that was found to stand just now. When it was to be asked before says nothing any more. */
export function confirmedNow(
  task: StoredTask,
  { roles, askBy }: Pick<Extract<Confirmation, { readonly kind: 'stands' }>, 'roles' | 'askBy'>,
  now: Instant,
  timing: TaskTiming,
): StoredTask {
  const { askBy: before, ...rest } = task;
  return {
    ...(before === undefined ? task : rest),
    ...(roles && { roles }),
    ...(askBy !== undefined && { askBy }),
    ...{ confirmedAt: now, goodUntil: renewedUntil(task, now, timing) },
  };
}
