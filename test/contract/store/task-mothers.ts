import { randomUUID } from 'node:crypto';
import type { StoredTask, TaskTerms } from '../../../lambdas/ports/tasks.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type {
  AgentId,
  ClientId,
  GrantId,
  IdpId,
  PersonId,
  ResourceUri,
  ScopeName,
  TaskId,
} from '../../../lambdas/runtime/identifiers.ts';
import { fresh } from './mothers.ts';

export const openedAt = instant(1_800_000_000);

/** Of a person, silent for ten minutes at most, and due in forty. */
export function aTask(
  overrides: Partial<Omit<StoredTask, 'terms'>> & { readonly terms?: Partial<TaskTerms> } = {},
): StoredTask {
  const { terms, ...state } = overrides;
  return {
    terms: {
      ...{ id: fresh('task') as TaskId, clientId: 'planner-client' as ClientId },
      ...{ agentId: 'planner' as AgentId, purpose: 'Scan what is open' },
      access: [
        {
          resource: 'https://mcp.example.com/mcp' as ResourceUri,
          scope: ['tools:read' as ScopeName],
        },
      ],
      basis: {
        kind: 'grant',
        ...{ grant: 'one' as GrantId, person: 'person.alice' as PersonId, idp: 'company' as IdpId },
        owned: false,
      },
      ...{ delivery: { kind: 'pull' }, ancestors: [], openedAt, heartbeatSeconds: 600 },
      ...terms,
    },
    ...{ handleDigest: randomUUID(), ceiling: after(openedAt, 86_400), lastHeartbeatAt: openedAt },
    ...{ confirmedAt: openedAt, goodUntil: after(openedAt, 7_200), dueAt: after(openedAt, 2_400) },
    ...{ version: 0, children: [] },
    ...state,
  };
}
