import type { Agent, Client, TaskPolicy } from '../../ports/registry.ts';
import type { TaskTerms } from '../../ports/tasks.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GrantRefusal } from '../refusal.ts';
import { taskRefused } from './refusal.ts';

/** The client of a task and its agent, as they are now; absent where they are registered no more. */
export interface Owner {
  readonly client?: Client;
  readonly agent?: Agent;
}

/** An agent that may open tasks, through one of its clients. */
export interface TaskAgent {
  readonly client: Client;
  readonly agent: Agent & { readonly tasks: TaskPolicy };
}

export function taskAgent({ client, agent }: Owner): Result<TaskAgent, GrantRefusal> {
  if (client?.agentId === undefined) return refuse({ reason: 'client_without_agent' });
  if (client.state === 'disabled' || agent?.state !== 'active') return refuse({ reason: 'agent_disabled' });
  const { tasks } = agent;
  return tasks === undefined ? taskRefused('tasks_not_allowed') : ok({ client, agent: { ...agent, tasks } });
}

/** Those of a task that was opened. A client id that was registered anew may belong to another agent. */
export function ownersNow(
  owner: Owner,
  { agentId }: Pick<TaskTerms, 'agentId'>,
): Result<TaskAgent, GrantRefusal> {
  const current = taskAgent(owner);
  return current.ok && current.value.agent.id !== agentId ? refuse({ reason: 'agent_changed' }) : current;
}
