import type { StoredTask, TaskEnd, Tasks } from '../../ports/tasks.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Audit } from '../../runtime/events.ts';

export interface EndTaskPorts {
  readonly tasks: Pick<Tasks, 'end'>;
  readonly audit: Audit;
}

/** Writes the end of a task that is over, and resolves with the one that stays: the first. */
export async function endTask(
  { tasks, audit }: EndTaskPorts,
  { terms }: StoredTask,
  end: TaskEnd,
  { requestId }: { readonly now: Instant; readonly requestId: string },
): Promise<TaskEnd> {
  const { id: taskId, agentId, clientId, basis } = terms;
  const written = await tasks.end(taskId, end, requestId);
  if (written.kind !== 'written') return written.kind === 'over' ? (written.task.ended ?? end) : end;
  const { reason, detail, of } = end;
  audit({
    ...{ event: 'task_ended', requestId, taskId, agentId, clientId, reason, by: `client/${clientId}` },
    ...(basis.kind === 'grant' && { personId: basis.person }),
    ...(detail !== undefined && { detail }),
    ...(of !== undefined && { of }),
  });
  return end;
}
