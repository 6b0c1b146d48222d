import type { StoredTask, TaskEnd } from '../ports/tasks.ts';
import type { Due, Leased, RefreshPorts } from './ports.ts';
import { endedTold } from './told.ts';

/**
 * Does what follows from the end of a task, and answers which tasks are due by it. Each step may be done again: one that was
 * interrupted is looked at again while the task is due.
 */
export async function tidy(
  ports: Pick<RefreshPorts, 'tasks' | 'grants' | 'events'>,
  { task, attempt, requestId }: Leased,
  end: TaskEnd,
): Promise<readonly Due[]> {
  const { id, basis } = task.terms;
  const next = await endChildren(ports, task, end, requestId);
  if (basis.kind === 'grant' && basis.owned) {
    await ports.grants.end(basis.grant, { at: end.at, reason: 'task_ended' }, requestId);
  }
  await ports.events.tell([endedTold(task, end)]);
  await ports.tasks.settle(id, attempt, { kind: 'tidied' });
  return next;
}

/** One that is opened at this moment finds the end above it by itself. */
async function endChildren(
  { tasks }: Pick<RefreshPorts, 'tasks'>,
  { terms, children }: StoredTask,
  end: TaskEnd,
  requestId: string,
): Promise<readonly Due[]> {
  const running = (await tasks.find(children)).filter(({ ended }) => ended === undefined);
  const inherited: TaskEnd = { ...end, of: end.of ?? terms.id };
  const written = await Promise.all(running.map((child) => tasks.end(child.terms.id, inherited, requestId)));
  return written.flatMap((each) =>
    each.kind === 'gone' || each.task.dueAt === undefined
      ? []
      : [{ id: each.task.terms.id, dueAt: each.task.dueAt }],
  );
}
