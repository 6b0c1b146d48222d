import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AssertionReplay } from '../../../lambdas/ports/replay.ts';

/** Deliberately wrong: it reads, then writes, as if nobody came between. The suite must find it out. */
export function getThenPutReplay(client: DynamoDBClient, table: string): AssertionReplay {
  return {
    markUsed: async ({ issuer, jti }) => {
      const key = { pk: { S: `assertion#${issuer}#${jti}` } };
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
      );
      if (Item !== undefined) return false;
      await client.send(new PutItemCommand({ TableName: table, Item: key }));
      return true;
    },
  };
}
