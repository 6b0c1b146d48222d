import type { OfTask, TaskEvent } from '../ports/task-work.ts';
import type { StoredTask, TaskEnd } from '../ports/tasks.ts';
import type { Instant } from '../runtime/clock.ts';
import { sha256 } from '../runtime/digest.ts';
import { whose } from './whose.ts';

/** Its ceiling is near. One event for each ceiling that it had. */
export function endingTold(task: StoredTask, now: Instant): TaskEvent {
  return { event: 'TaskEnding', ...named(task, 'TaskEnding', now, task.ceiling), reason: 'ceiling_near' };
}

/** It could not be renewed. One event for each row of failures, and one more where somebody has to act. */
export function failedTold(
  task: StoredTask,
  failure: { readonly reason: string; readonly interaction: boolean },
  now: Instant,
): TaskEvent {
  const { confirmedAt, goodUntil } = task;
  const more = failure.interaction ? ['interaction'] : [];
  return {
    event: 'TaskFailed',
    ...named(task, 'TaskFailed', now, confirmedAt, ...more),
    ...failure,
    goodUntil,
  };
}

/**
 * One event for each confirmation, and where tokens are delivered for each of those. `confirmedBefore`: the one before this, which is
 * what stays of a renewal that was told of and never written down.
 */
export function refreshedTold(task: StoredTask, now: Instant, confirmedBefore: Instant): TaskEvent {
  const { goodUntil, delivered, terms } = task;
  const to = terms.delivery;
  if (to.kind !== 'secret' || delivered === undefined) {
    const names = named(task, 'TaskTokenRefreshed', now, confirmedBefore);
    return { event: 'TaskTokenRefreshed', ...names, goodUntil };
  }
  return {
    event: 'TaskTokenRefreshed',
    ...named(task, 'TaskTokenRefreshed', now, delivered.expiresAt, delivered.version),
    goodUntil: delivered.expiresAt,
    ...{ secretArn: to.secretArn, secretVersion: delivered.version },
  };
}

export function endedTold(task: StoredTask, { at, reason, detail, of }: TaskEnd): TaskEvent {
  return {
    event: 'TaskEnded',
    ...named(task, 'TaskEnded', at, at),
    reason,
    ...(detail !== undefined && { detail }),
    ...(of !== undefined && { of }),
  };
}

/** `moment`: what it was told of, so that what is told again of the same has the same id. */
function named(
  task: StoredTask,
  event: TaskEvent['event'],
  at: Instant,
  moment: Instant,
  ...more: readonly string[]
): OfTask {
  const { terms, ceiling } = task;
  return {
    id: sha256([terms.id, event, String(moment), ...more].join('\0')),
    ...{ at, ...whose(task), purpose: terms.purpose, ceiling },
  };
}
