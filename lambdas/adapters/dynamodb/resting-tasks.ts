import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RestingTask, RestingTasks } from '../../ports/resting-tasks.ts';
import type { StoredTask } from '../../ports/tasks.ts';
import type { TaskId } from '../../runtime/identifiers.ts';
import type { Item } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { decodeGrant } from './grant-codec.ts';
import { keyOf } from './keys.ts';
import { decodeTask } from './task-codec.ts';

/** What an instance remembers at most. */
const capacity = 1_000;

/**
 * Reads a task with those above it and its grant. Which those are never changes, so that an instance that has read the task before names
 * all of them at once.
 */
export function dynamoRestingTasks({
  client,
  table,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): RestingTasks {
  const known = new Map<TaskId, readonly string[]>();
  return {
    read: async (id) => {
      const key = keyOf.task(id);
      const along = known.get(id) ?? [];
      const items = new Map(await batchGet(client, table, [key, ...along]));
      const item = items.get(key);
      if (item === undefined) return undefined;
      const task = decodeTask(item);
      const needed = restsOn(task);
      remember(known, id, needed);
      const missing = needed.filter((each) => !along.includes(each));
      const more = missing.length === 0 ? items : await batchGet(client, table, missing);
      return restingOf(task, new Map([...items, ...more]));
    },
  };
}

function restsOn({ terms: { ancestors, basis } }: StoredTask): readonly string[] {
  return [...ancestors.map(keyOf.task), ...(basis.kind === 'grant' ? [keyOf.grant(basis.grant)] : [])];
}

function remember(known: Map<TaskId, readonly string[]>, id: TaskId, keys: readonly string[]): void {
  if (keys.length === 0) return;
  known.delete(id);
  known.set(id, keys);
  const [oldest] = known.keys();
  if (known.size > capacity && oldest !== undefined) known.delete(oldest);
}

function restingOf(task: StoredTask, items: ReadonlyMap<string, Item>): RestingTask {
  const { ancestors, basis } = task.terms;
  const grant = basis.kind === 'grant' ? items.get(keyOf.grant(basis.grant)) : undefined;
  return {
    task,
    ancestors: ancestors.flatMap((id) => {
      const item = items.get(keyOf.task(id));
      return item === undefined ? [] : [decodeTask(item)];
    }),
    ...(grant && { grant: decodeGrant(grant) }),
  };
}
