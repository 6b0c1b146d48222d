import type { StoredTask, Tasks } from '../../ports/tasks.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { endForClient, type EndTaskPorts } from '../../tasks/end-task.ts';
import type { Parameters } from '../parameters.ts';
import type { GrantRefusal } from '../refusal.ts';
import { readSeconds } from './asked-task.ts';
import type { HeldTask } from './held-task.ts';
import { liveTask, overWith } from './live-task.ts';
import { ownersNow } from './owner.ts';
import { taskRefused } from './refusal.ts';

export interface ChangePorts extends EndTaskPorts {
  readonly tasks: Pick<Tasks, 'end' | 'heartbeat' | 'extend'>;
}

interface Context {
  readonly now: Instant;
  readonly requestId: string;
}

type Changed = Promise<Result<StoredTask, GrantRefusal>>;

/** The agent says that it is still at it. */
export async function beat(ports: ChangePorts, held: HeldTask, context: Context): Changed {
  const live = await liveTask(ports, held, context);
  if (!live.ok) return live;
  const written = await ports.tasks.heartbeat(held.task.terms.id, context.now);
  if (written.kind === 'written') return ok(written.task);
  return endedMeanwhile(ports, held, written.kind === 'over' ? written.task : undefined, context);
}

/** Ends a task as its owner wants it. Asked again for the same, it is done: whoever lost the answer is told the same. */
export async function finish(
  ports: ChangePorts,
  held: HeldTask,
  reason: 'completed' | 'revoked',
  context: Context,
): Changed {
  const { task } = held;
  if (task.ended?.reason === reason && task.ended.of === undefined) return ok(task);
  const live = await liveTask(ports, held, context);
  if (!live.ok) return live;
  const detail = reason === 'revoked' ? { detail: 'by its client' } : {};
  const stays = await endForClient(ports, task, { at: context.now, reason, ...detail }, context);
  const ended = { ...task, ended: stays };
  return stays.reason === reason && stays.of === undefined
    ? ok(ended)
    : overWith(ports, ended, stays, context);
}

/** Moves the hard end of a task, within what policy allows from its opening on, and within the task above it. */
export async function extend(
  ports: ChangePorts,
  held: HeldTask,
  { values }: Parameters,
  context: Context,
): Changed {
  const { now } = context;
  const seconds = readSeconds(values, 'ceiling');
  if (!seconds.ok) return seconds;
  if (seconds.value === undefined) return taskRefused('ceiling_missing');
  const live = await liveTask(ports, held, context);
  if (!live.ok) return live;
  const latest = latestExtension(held);
  if (!latest.ok) return latest;
  const { terms, ceiling: from } = held.task;
  const to = after(now, seconds.value);
  if (to > latest.value) return taskRefused('ceiling_above_policy', Math.max(latest.value - now, 0));
  if (to < from) return taskRefused('ceiling_passed', from - now);
  const written = await ports.tasks.extend(terms.id, { from, to });
  if (written.kind === 'written') return ok(written.task);
  const task = written.kind === 'over' ? written.task : undefined;
  if (task !== undefined && task.ended === undefined) return taskRefused('ceiling_moved');
  return endedMeanwhile(ports, held, task, context);
}

function latestExtension({ owner, task, ancestors, grant }: HeldTask): Result<Instant, GrantRefusal> {
  const current = ownersNow(owner, task.terms);
  if (!current.ok) return current;
  const { tasks } = current.value.agent;
  if (tasks.extension !== true) return taskRefused('extension_not_allowed');
  return ok(
    latestCeiling({
      ...{ openedAt: task.terms.openedAt, maximumHours: tasks.maximumHours, above: ancestors },
      until: grant?.family?.idleUntil,
    }),
  );
}

/** No task goes on for longer than policy lets it, than any above it, and than what it rests on lives unused. */
export function latestCeiling({
  openedAt,
  maximumHours,
  above,
  until,
}: {
  readonly openedAt: Instant;
  readonly maximumHours: number;
  readonly above: readonly Pick<StoredTask, 'ceiling'>[];
  readonly until: Instant | undefined;
}): Instant {
  const ends = [after(openedAt, maximumHours * 3_600), until, ...above.map(({ ceiling }) => ceiling)];
  return instant(Math.min(...ends.filter((end) => end !== undefined)));
}

/** Another request, or a refresher, was faster. */
async function endedMeanwhile(
  ports: ChangePorts,
  { task, ancestors, owner }: HeldTask,
  found: StoredTask | undefined,
  context: Context,
): Promise<Result<never, GrantRefusal>> {
  const live = await liveTask(ports, { task: found ?? task, ancestors, owner }, context);
  return live.ok ? refuse({ reason: 'task_unsettled', taskId: task.terms.id, retryAfterSeconds: 1 }) : live;
}
