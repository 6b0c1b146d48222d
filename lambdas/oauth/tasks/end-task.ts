import type { StoredTask, TaskEnd } from '../../ports/tasks.ts';
import { endTask, type EndTaskPorts } from '../../tasks/end-task.ts';

/** Ends a task on a request of its client, and resolves with the end that stays: the first. */
export async function endForClient(
  ports: EndTaskPorts,
  task: StoredTask,
  end: TaskEnd,
  { requestId }: { readonly requestId: string },
): Promise<TaskEnd> {
  const ended = await endTask(ports, task, end, { requestId, by: `client/${task.terms.clientId}` });
  return ended?.ended ?? end;
}
