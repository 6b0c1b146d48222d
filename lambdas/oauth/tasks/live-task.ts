import type { StoredTask, TaskEnd } from '../../ports/tasks.ts';
import type { Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { endForClient, type EndTaskPorts } from '../../tasks/end-task.ts';
import { endOf } from '../../tasks/ends.ts';
import type { GrantRefusal } from '../refusal.ts';
import type { HeldTask } from './held-task.ts';

interface Asked {
  readonly now: Instant;
  readonly requestId: string;
}

/** A task that goes on. Whoever finds that one is over writes it down, so that nobody has to come to it. */
export async function liveTask(
  ports: EndTaskPorts,
  held: HeldTask,
  context: Asked,
): Promise<Result<HeldTask, GrantRefusal>> {
  const end = endOf(held.task, held.ancestors, context.now);
  return end === undefined ? ok(held) : overWith(ports, held.task, end, context);
}

/** Refuses what is asked of a task that is over, in the words of the end that stays. */
export async function overWith(
  ports: EndTaskPorts,
  task: StoredTask,
  end: TaskEnd,
  context: Asked,
): Promise<Result<never, GrantRefusal>> {
  const stays = task.ended ?? (await endForClient(ports, task, end, context));
  return refuse({ reason: 'task_over', taskId: task.terms.id, end: stays });
}
