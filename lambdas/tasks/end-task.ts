import type { StoredTask, TaskEnd, Tasks } from '../ports/tasks.ts';
import type { Audit } from '../runtime/events.ts';
import { whose } from './whose.ts';

export interface EndTaskPorts {
  readonly tasks: Pick<Tasks, 'end'>;
  readonly audit: Audit;
}

/** Who found that a task is over. */
export interface EndedBy {
  readonly requestId: string;
  readonly by: string;
}

/** Writes the end of a task that is over, and resolves with the task and the end that stays, the first; undefined where there is none. */
export async function endTask(
  { tasks, audit }: EndTaskPorts,
  task: StoredTask,
  end: TaskEnd,
  { requestId, by }: EndedBy,
): Promise<StoredTask | undefined> {
  const written = await tasks.end(task.terms.id, end, requestId);
  if (written.kind === 'gone') return undefined;
  if (written.kind === 'written') {
    audit({ event: 'task_ended', requestId, ...whose(task), ...withoutTime(end), by });
  }
  return written.task;
}

/** The same on a request of its client; where there is no such task any more, as though it had been written. */
export async function endForClient(
  ports: EndTaskPorts,
  task: StoredTask,
  end: TaskEnd,
  { requestId }: { readonly requestId: string },
): Promise<TaskEnd> {
  const ended = await endTask(ports, task, end, { requestId, by: `client/${task.terms.clientId}` });
  return ended?.ended ?? end;
}

function withoutTime({ reason, detail, of }: TaskEnd): Omit<TaskEnd, 'at'> {
  return { reason, ...(detail !== undefined && { detail }), ...(of !== undefined && { of }) };
}
