import type { StoredTask, TaskTerms } from '../../../lambdas/ports/tasks.ts';
import { after, instant, type Instant } from '../../../lambdas/runtime/clock.ts';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import type {
  AgentId,
  ClientId,
  ResourceUri,
  ScopeName,
  TaskId,
} from '../../../lambdas/runtime/identifiers.ts';

export const openedAt: Instant = instant(1_800_000_000);

/** An id of the right form, that tells in a failure which task it was. */
export const taskId = (name: string): TaskId => name.padEnd(22, '_') as TaskId;

interface Differences extends Partial<Omit<StoredTask, 'terms'>> {
  readonly terms?: Partial<TaskTerms>;
}

/** A machine's task of three hours, as it was opened. */
export function aTask({ terms = {}, ...task }: Differences = {}): StoredTask {
  return {
    handleDigest: sha256('handle'),
    ceiling: after(openedAt, 3 * 3_600),
    ...{ lastHeartbeatAt: openedAt, confirmedAt: openedAt },
    goodUntil: after(openedAt, 900 + 3_600),
    dueAt: after(openedAt, 600),
    version: 0,
    children: [],
    ...task,
    terms: {
      id: taskId('scan'),
      clientId: 'planner-client' as ClientId,
      agentId: 'planner' as AgentId,
      purpose: 'scan the accounts',
      access: [
        { resource: 'https://mcp.example.com/mcp' as ResourceUri, scope: ['tools:read' as ScopeName] },
      ],
      ...{ basis: { kind: 'agent' }, delivery: { kind: 'pull' } },
      ...{ ancestors: [], openedAt },
      ...terms,
    },
  };
}
