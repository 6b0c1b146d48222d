import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { encodeTask } from '../../../lambdas/adapters/dynamodb/task-codec.ts';
import { type DueTasks, dueShards, type StoredTask, type Tasks } from '../../../lambdas/ports/tasks.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import type {
  AgentId,
  ClientId,
  ResourceUri,
  ScopeName,
  TaskId,
} from '../../../lambdas/runtime/identifiers.ts';
import { fraction, systemRandom } from '../../../lambdas/runtime/random.ts';
import { dueAt, goodUntil, type TaskTiming } from '../../../lambdas/tasks/due.ts';

export const planner = {
  resource: 'https://mcp.example.com/mcp' as ResourceUri,
  scope: 'tools:read' as ScopeName,
  agent: 'planner' as AgentId,
  client: 'planner-client' as ClientId,
} as const;

/** As of a deployment that says nothing of either. */
export const timing: TaskTiming = { tokenSeconds: 15 * 60, graceSeconds: 60 * 60 };

/** What one call takes. */
const [storedAtOnce, foundAtOnce] = [25, 100];

/** Stores so many tasks of a machine that begin now and go on for three days; their ids. */
export async function storeLeases(
  client: DynamoDBClient,
  table: string,
  count: number,
  now: Instant,
): Promise<readonly TaskId[]> {
  const ids = Array.from({ length: count }, () => systemRandom(16) as TaskId);
  const batches = Array.from({ length: Math.ceil(count / storedAtOnce) }, (_, index) =>
    ids.slice(index * storedAtOnce, (index + 1) * storedAtOnce),
  ).values();
  const run = async (): Promise<void> => {
    for (const batch of batches) {
      const requests = batch.map((id) => ({ PutRequest: { Item: toItem(encodeTask(aLease(id, now))) } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    }
  };
  await Promise.all([run(), run(), run(), run()]);
  return ids;
}

function aLease(id: TaskId, now: Instant): StoredTask {
  const { resource, scope, agent: agentId, client: clientId } = planner;
  const fresh = {
    terms: {
      ...{ id, clientId, agentId, purpose: 'Scan every account of the company for what is open' },
      ...{ access: [{ resource, scope: [scope] }], basis: { kind: 'agent' }, delivery: { kind: 'pull' } },
      ...{ ancestors: [], openedAt: now },
    },
    ...{ handleDigest: sha256(id), ceiling: after(now, 72 * 3_600), lastHeartbeatAt: now, confirmedAt: now },
    ...{ version: 0, children: [] },
  } as const satisfies Partial<StoredTask>;
  return {
    ...fresh,
    goodUntil: goodUntil(now, fresh.ceiling, timing),
    dueAt: dueAt(fresh, timing, fraction(systemRandom)),
  };
}

/** What became of tasks. */
export interface Looked {
  /** Confirmed anew since they were opened. */
  readonly renewed: number;
  /** Of those, the most parts of a token's life that one had waited. */
  readonly latestPart: number;
  /** Leased more often than confirmed. */
  readonly twice: number;
}

export async function lookAt(tasks: Tasks, ids: readonly TaskId[]): Promise<Looked> {
  let [renewed, latestPart, twice] = [0, 0, 0];
  for (let from = 0; from < ids.length; from += foundAtOnce) {
    for (const { terms, confirmedAt, version } of await tasks.find(ids.slice(from, from + foundAtOnce))) {
      if (confirmedAt === terms.openedAt) continue;
      renewed += 1;
      if (version > 1) twice += 1;
      latestPart = Math.max(latestPart, (confirmedAt - terms.openedAt) / timing.tokenSeconds);
    }
  }
  return { renewed, latestPart, twice };
}

/** How many tasks the index has, whenever they are due. */
export async function indexed(due: DueTasks): Promise<number> {
  const always = { from: instant(0), until: instant(4_000_000_000) };
  let count = 0;
  for (let shard = 0; shard < dueShards; shard += 1) {
    for (let next: string | undefined, more = true; more; more = next !== undefined) {
      const page = await due.page(shard, always, next);
      count += page.due.length;
      next = page.next;
    }
  }
  return count;
}
