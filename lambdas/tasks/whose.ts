import type { StoredTask } from '../ports/tasks.ts';
import type { AgentId, ClientId, PersonId, TaskId } from '../runtime/identifiers.ts';

/** A task and whose it is, by the names that the audit trail and the event bus have for them. */
export interface TaskNames {
  readonly taskId: TaskId;
  readonly agentId: AgentId;
  readonly clientId: ClientId;
  readonly personId?: PersonId;
}

export function whose({ terms }: Pick<StoredTask, 'terms'>): TaskNames {
  const { id: taskId, agentId, clientId, basis } = terms;
  return { taskId, agentId, clientId, ...(basis.kind === 'grant' && { personId: basis.person }) };
}
