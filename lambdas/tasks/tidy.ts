import type { StoredTask, TaskEnd } from '../ports/tasks.ts';
import type { Due, Leased, RefreshPorts } from './ports.ts';
import { endTask } from './end-task.ts';
import { endedTold } from './told.ts';

/**
 * Does what follows from the end of a task, and answers which tasks are due by it. Each step may be done again: one that was
 * interrupted is looked at again while the task is due.
 */
export async function tidy(
  ports: Pick<RefreshPorts, 'tasks' | 'grants' | 'events' | 'audit'>,
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
  ports: Pick<RefreshPorts, 'tasks' | 'audit'>,
  { terms, children }: StoredTask,
  end: TaskEnd,
  requestId: string,
): Promise<readonly Due[]> {
  const running = (await ports.tasks.find(children)).filter(({ ended }) => ended === undefined);
  const inherited: TaskEnd = { ...end, of: end.of ?? terms.id };
  const ended = await Promise.all(
    running.map((child) => endTask(ports, child, inherited, { requestId, by: 'refresher' })),
  );
  return ended.flatMap((child) =>
    child?.dueAt === undefined ? [] : [{ id: child.terms.id, dueAt: child.dueAt }],
  );
}
