import type { StoredTask, TaskEnd } from '../ports/tasks.ts';
import { after, type Instant } from '../runtime/clock.ts';
import { isOfDelivery } from './deliver.ts';
import { isWarned } from './due.ts';
import { endOf } from './ends.ts';

/** How a task is, as an operator wants to know it: what comes first is the worst. */
export type TaskHealth =
  | { readonly kind: 'over'; readonly end: TaskEnd }
  /** It could not be renewed, or its token not delivered. `endsAt`: if it is not renewed it ends then, before its ceiling. */
  | { readonly kind: 'failing'; readonly endsAt?: Instant }
  /** It should have been looked at by now, and nobody has. */
  | { readonly kind: 'late'; readonly seconds: number }
  /** Its ceiling is near. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'well' };

/** A sweep comes each minute, and a worker soon after it. Seconds. */
const lateAfterSeconds = 180;

export function healthOf(task: StoredTask, ancestors: readonly StoredTask[], now: Instant): TaskHealth {
  const end = endOf(task, ancestors, now);
  if (end !== undefined) return { kind: 'over', end };
  const { failure, goodUntil, ceiling, dueAt } = task;
  if (failure !== undefined) {
    const endsEarly = goodUntil < ceiling && !isOfDelivery(failure);
    return { kind: 'failing', ...(endsEarly && { endsAt: goodUntil }) };
  }
  if (dueAt !== undefined && now > after(dueAt, lateAfterSeconds)) {
    return { kind: 'late', seconds: now - dueAt };
  }
  return { kind: isWarned(task) ? 'ending' : 'well' };
}
