import type { StoredTask, TaskEnd } from '../ports/tasks.ts';
import { after, type Instant } from '../runtime/clock.ts';
import { skewSeconds } from './skew.ts';

/** What a task's own end is told by. */
type Mortal = Pick<StoredTask, 'terms' | 'ceiling' | 'lastHeartbeatAt' | 'ended'>;

/**
 * Why and since when a task is over, by what is known of it and of those above it; undefined while it goes on. What was written down
 * first stays; of what nobody has written down yet, what could be found first counts.
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

/** The last moment at which a task that has to be heard of is to be heard of. */
export function heartbeatDeadline({ terms, lastHeartbeatAt }: Mortal): Instant | undefined {
  return terms.heartbeatSeconds === undefined ? undefined : after(lastHeartbeatAt, terms.heartbeatSeconds);
}

/** The end of a task that is not heard of in time, whether or not that time has come. */
export function silenceOf(task: Mortal): TaskEnd | undefined {
  const at = heartbeatDeadline(task);
  return at === undefined ? undefined : { at, reason: 'heartbeat_lost' };
}

/**
 * When an end can be found, which is how long tokens are issued. Silence takes two clocks, that of who heard last and that of who listens:
 * it is found so much later than it began that no task is taken for silent which is not.
 */
export function foundFrom({ at, reason }: Pick<TaskEnd, 'at' | 'reason'>): Instant {
  return reason === 'heartbeat_lost' ? after(at, skewSeconds + 1) : at;
}

function ownEnd(task: Mortal, now: Instant): TaskEnd | undefined {
  if (task.ended !== undefined) return task.ended;
  const ends = [{ at: task.ceiling, reason: 'ceiling_reached' } as const, silenceOf(task)];
  return earliest(ends.filter((end) => end !== undefined && now >= foundFrom(end)));
}

/** Of two at the same moment the one that is named first: what ended a task above ended this one. */
function earliest(ends: readonly (TaskEnd | undefined)[]): TaskEnd | undefined {
  return ends
    .filter((end) => end !== undefined)
    .reduce<TaskEnd | undefined>(
      (first, end) => (first && foundFrom(first) <= foundFrom(end) ? first : end),
      undefined,
    );
}
