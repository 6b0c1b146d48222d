import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { DueTask, DueTasks } from '../../ports/tasks.ts';
import { instant } from '../../runtime/clock.ts';
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

/** What is due, by the index `due` of the grants table, which holds no task that nothing is due of. */
export function dynamoDueTasks(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): DueTasks {
  return {
    page: async (shard, { from, until }, next) => {
      const list = keyOf.dueTasks(shard);
      const query = new QueryCommand({
        ...{ TableName: options.table, IndexName: 'due', Limit: pageSize },
        KeyConditionExpression: 'due_shard = :list AND due_at BETWEEN :from AND :until',
        ExpressionAttributeValues: toItem({ ':list': list, ':from': from, ':until': until }),
        ...(next !== undefined && { ExclusiveStartKey: startOf(list, next) }),
      });
      const { Items: items = [], LastEvaluatedKey: last } = await calling('DynamoDB', () =>
        options.client.send(query),
      );
      return { due: items.map(dueOf), ...(last && { next: nextOf(last) }) };
    },
  };
}

function dueOf(item: Item): DueTask {
  const stored = decode(storedDue, item);
  return {
    id: stored.pk.slice(prefix.length) as TaskId,
    dueAt: instant(stored.due_at),
    goodUntil: instant(stored.good_until),
  };
}

function nextOf(last: Item): string {
  const { pk, due_at: dueAt } = decode(v.object({ pk: text, due_at: whole }), last);
  return JSON.stringify([dueAt, pk]);
}

function startOf(list: string, next: string): Item {
  const [dueAt, pk] = v.parse(position, next);
  return toItem({ pk, due_shard: list, due_at: dueAt });
}
