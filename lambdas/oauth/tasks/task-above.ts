import type { RestingTask, RestingTasks } from '../../ports/resting-tasks.ts';
import type { StoredTask, TaskEnd } from '../../ports/tasks.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { ClientId, TaskId } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { EndTaskPorts } from '../../tasks/end-task.ts';
import { endOf } from '../../tasks/ends.ts';
import { taskEnded } from '../exchange/refusal.ts';
import type { GrantRefusal } from '../refusal.ts';
import { overWith } from './live-task.ts';
import { taskRefused } from './refusal.ts';

/** Tasks above a task at most. */
const mostAbove = 3;

/** Whether there is room for one more below it. */
export function withRoomBelow<One extends RestingTask>(above: One): Result<One, GrantRefusal> {
  return above.task.terms.ancestors.length < mostAbove ? ok(above) : taskRefused('too_deep');
}

/**
 * The task that a token is of which another client sent, with those above it. It is that client's: whoever has the token alone writes
 * nothing of its end.
 */
export async function taskOfSender(
  resting: RestingTasks,
  id: TaskId,
  now: Instant,
): Promise<Result<RestingTask, GrantRefusal>> {
  const found = await resting.read(id);
  return found === undefined || endOf(found.task, found.ancestors, now) !== undefined
    ? taskEnded('subject')
    : withRoomBelow(found);
}

/** Why nothing is opened below a task that has ended meanwhile: its own client is told in the words of that end, and no other. */
export function overAbove(
  ports: EndTaskPorts,
  { task }: RestingTask,
  ended: TaskEnd,
  {
    clientId,
    ...context
  }: { readonly clientId: ClientId; readonly now: Instant; readonly requestId: string },
): Promise<Result<never, GrantRefusal>> {
  const above: StoredTask = { ...task, ended };
  return task.terms.clientId === clientId
    ? overWith(ports, above, ended, context)
    : Promise.resolve(taskEnded('subject'));
}
