import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SharedBuckets } from '../../../lambdas/ports/buckets.ts';

/** Deliberately wrong: it reads, then writes, as if nobody came between. The suite must find it out. */
export function getThenPutBuckets(client: DynamoDBClient, table: string): SharedBuckets {
  return {
    draw: async ({ owner, from, at, latest, cost }) => {
      const key = { pk: { S: `bucket#${owner.kind}#${owner.name}` } };
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
      );
      const fullAt = Number(Item?.['full_at']?.N ?? 0);
      if (from === 'full' ? fullAt > at : fullAt <= at || fullAt > latest) return { drawn: false, fullAt };
      const then = Math.max(fullAt, at) + cost;
      await client.send(
        new PutItemCommand({ TableName: table, Item: { ...key, full_at: { N: String(then) } } }),
      );
      return { drawn: true, fullAt: then };
    },
  };
}
