import type { DeliveredVersion } from '../ports/delivered-tokens.ts';
import type { StoredTask } from '../ports/tasks.ts';
import { after, type Instant, instant } from '../runtime/clock.ts';
import { sweepAheadSeconds } from './due.ts';

/**
 * A secret changes no more often than this, in seconds: Secrets Manager keeps each version for a day at least, and 100 of them at most.
 * Tokens that are delivered live half as long again.
 */
const deliveryPauseSeconds = 600;
export const shortestDeliveredSeconds = 900;

/** When a secret may change again. */
export function freeFrom({ at }: DeliveredVersion): Instant {
  return after(at, deliveryPauseSeconds);
}

/** When the next token is to be delivered, where that is part of the task; `share` as in `dueAt`. */
function deliveryDueAt({ terms, delivered }: StoredTask, share: number): Instant | undefined {
  if (terms.delivery.kind !== 'secret') return undefined;
  if (delivered === undefined) return terms.openedAt;
  const part = Math.floor((delivered.expiresAt - delivered.at) * (0.6 + 0.2 * share));
  return after(delivered.at, Math.max(deliveryPauseSeconds + sweepAheadSeconds, part));
}

/** What is due a little later is delivered now, for a sweep sends ahead. */
export function isToDeliver(task: StoredTask, now: Instant): boolean {
  const due = deliveryDueAt(task, 0);
  if (due === undefined || task.delivered?.expiresAt === task.ceiling) return false;
  return now >= after(due, task.delivered === undefined ? 0 : -sweepAheadSeconds);
}

/** The sooner of what is due, and what delivering the next token wants; `free`: when it can, where it has to wait. */
export function dueWithDelivery(due: Instant, task: StoredTask, share: number, free?: Instant): Instant {
  if (free !== undefined) return instant(Math.min(due, after(free, sweepAheadSeconds)));
  const next = deliveryDueAt(task, share);
  const isLast = task.delivered?.expiresAt === task.ceiling;
  return next === undefined || isLast ? due : instant(Math.min(due, next));
}
