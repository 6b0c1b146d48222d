import type { StoredTask, TaskEnd } from '../ports/tasks.ts';
import { after, type Instant } from '../runtime/clock.ts';

/** What a task's own end is told by. */
type Mortal = Pick<StoredTask, 'terms' | 'ceiling' | 'lastHeartbeatAt' | 'ended'>;

/**
 * Why and since when a task is over, by what is known of it and of those above it; undefined while it goes on. What was written down
 * first stays; of what nobody has written down yet, the earliest counts.
 */
export function endOf(task: Mortal, ancestors: readonly Mortal[], now: Instant): TaskEnd | undefined {
  if (task.ended !== undefined) return task.ended;
  const inherited = task.terms.ancestors.map((id) => {
    const above = ancestors.find(({ terms }) => terms.id === id);
    // It is kept for longer than all below it, unless somebody took it away.
    if (above === undefined) return { at: now, reason: 'revoked', of: id } as const;
    const end = ownEnd(above, now);
    return end && { ...end, of: end.of ?? id };
  });
  return earliest([...inherited, ownEnd(task, now)]);
}

/**
 * Whether every token of the task is over by then of itself: none goes beyond the ceiling, nor beyond the right to it. What is of a task
 * above it is not: tokens of this one may live on.
 */
export function isInTokens({ reason, of }: Pick<TaskEnd, 'reason' | 'of'>): boolean {
  return of === undefined && (reason === 'ceiling_reached' || reason === 'idp_unreachable');
}

/** The last moment at which a task that has to be heard of may be heard of. */
export function heartbeatDeadline({ terms, lastHeartbeatAt }: Mortal): Instant | undefined {
  return terms.heartbeatSeconds === undefined ? undefined : after(lastHeartbeatAt, terms.heartbeatSeconds);
}

function ownEnd(task: Mortal, now: Instant): TaskEnd | undefined {
  if (task.ended !== undefined) return task.ended;
  const silentFrom = heartbeatDeadline(task);
  return earliest([
    now >= task.ceiling ? { at: task.ceiling, reason: 'ceiling_reached' } : undefined,
    silentFrom !== undefined && now > silentFrom ? { at: silentFrom, reason: 'heartbeat_lost' } : undefined,
  ]);
}

/** Of two at the same moment the one that is named first: what ended a task above ended this one. */
function earliest(ends: readonly (TaskEnd | undefined)[]): TaskEnd | undefined {
  return ends
    .filter((end) => end !== undefined)
    .reduce<TaskEnd | undefined>((first, end) => (first && first.at <= end.at ? first : end), undefined);
}
