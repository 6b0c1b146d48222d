import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { DueKeptGrant, DueKeptGrants } from '../../ports/kept-grants.ts';
import { instant } from '../../runtime/clock.ts';
import type { GrantId, IdpId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';

/** As of tasks. */
const pageSize = 1_000;

const prefix = keyOf.upstreamGrant('' as GrantId);

const storedDue = v.object({
  pk: v.pipe(text, v.startsWith(prefix)),
  idp: text,
  due_at: whole,
  ends_at: whole,
});

const position = v.pipe(v.string(), v.parseJson(), v.strictTuple([whole, text]));

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** What is kept of people and ends unless somebody asks with it, by the index `due` of the vault, which holds nothing else. */
export function dynamoDueKeptGrants({ client, table }: Options): DueKeptGrants {
  return {
    page: async (shard, { from, until }, next) => {
      const list = keyOf.dueUpstreamGrants(shard);
      const query = new QueryCommand({
        ...{ TableName: table, IndexName: 'due', Limit: pageSize },
        KeyConditionExpression: 'due_shard = :list AND due_at BETWEEN :from AND :until',
        ExpressionAttributeValues: toItem({ ':list': list, ':from': from, ':until': until }),
        ...(next !== undefined && { ExclusiveStartKey: startIn(list, next) }),
      });
      const { Items: items = [], LastEvaluatedKey: last } = await calling('DynamoDB', () =>
        client.send(query),
      );
      const due = items.map(dueOf);
      const behind = last && due.at(-1);
      return { due, ...(behind && { next: JSON.stringify([behind.dueAt, behind.id]) }) };
    },
  };
}

function startIn(list: string, next: string): Item {
  const [dueAt, id] = v.parse(position, next);
  return toItem({ pk: keyOf.upstreamGrant(id as GrantId), due_shard: list, due_at: dueAt });
}

function dueOf(item: Item): DueKeptGrant {
  const { pk, idp, due_at: dueAt, ends_at: goodUntil } = decode(storedDue, item);
  return {
    ...{ id: pk.slice(prefix.length) as GrantId, idp: idp as IdpId },
    ...{ dueAt: instant(dueAt), goodUntil: instant(goodUntil) },
  };
}
