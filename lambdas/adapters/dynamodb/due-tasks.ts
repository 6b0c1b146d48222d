import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { DueTask, DueTasks } from '../../ports/tasks.ts';
import { type Instant, instant } from '../../runtime/clock.ts';
import type { TaskId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';

/** Items of the index are small: so many are some 100 KB. */
const pageSize = 1_000;

const prefix = keyOf.task('' as TaskId);

const storedDue = v.object({
  pk: v.pipe(text, v.startsWith(prefix)),
  due_at: whole,
  good_until: whole,
});

const position = v.pipe(v.string(), v.parseJson(), v.strictTuple([whole, text]));

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

interface Asked {
  readonly shard: number;
  readonly from: Instant;
  readonly until: Instant;
  readonly limit: number;
  /** The one that came last. */
  readonly behind?: Pick<DueTask, 'id' | 'dueAt'>;
}

/** What is due, by the index `due` of the grants table, which holds no task that nothing is due of. */
export function dynamoDueTasks(options: Options): DueTasks {
  return {
    page: async (shard, within, next) => {
      const behind = next === undefined ? undefined : behindOf(next);
      const asked = { shard, ...within, limit: pageSize, ...(behind && { behind }) };
      const { due, isMore } = await readDue(options, asked);
      const last = due.at(-1);
      return { due, ...(isMore && last !== undefined && { next: nextOf(last) }) };
    },
  };
}

/** Some of one list, the earliest first. */
export async function readDue(
  { client, table }: Options,
  { shard, from, until, limit, behind }: Asked,
): Promise<{ readonly due: readonly DueTask[]; readonly isMore: boolean }> {
  const list = keyOf.dueTasks(shard);
  const query = new QueryCommand({
    ...{ TableName: table, IndexName: 'due', Limit: limit },
    KeyConditionExpression: 'due_shard = :list AND due_at BETWEEN :from AND :until',
    ExpressionAttributeValues: toItem({ ':list': list, ':from': from, ':until': until }),
    ...(behind && {
      ExclusiveStartKey: toItem({ pk: keyOf.task(behind.id), due_shard: list, due_at: behind.dueAt }),
    }),
  });
  const { Items: items = [], LastEvaluatedKey: last } = await calling('DynamoDB', () => client.send(query));
  return { due: items.map(dueOf), isMore: last !== undefined };
}

function dueOf(item: Item): DueTask {
  const stored = decode(storedDue, item);
  return {
    id: stored.pk.slice(prefix.length) as TaskId,
    dueAt: instant(stored.due_at),
    goodUntil: instant(stored.good_until),
  };
}

function nextOf({ id, dueAt }: DueTask): string {
  return JSON.stringify([dueAt, id]);
}

function behindOf(next: string): Pick<DueTask, 'id' | 'dueAt'> {
  const [dueAt, id] = v.parse(position, next);
  return { id: id as TaskId, dueAt: instant(dueAt) };
}
