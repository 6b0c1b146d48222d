import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { encodeConnectTransaction } from '../../../lambdas/adapters/dynamodb/connect-transaction-codec.ts';
import { dynamoConnectTransactions } from '../../../lambdas/adapters/dynamodb/connect-transactions.ts';
import type { ConnectTransactions } from '../../../lambdas/ports/connect-transactions.ts';

/** Deliberately wrong: it reads, then writes, as if nobody came between. The suite must find it out. */
export function getThenPutConnectTransactions(client: DynamoDBClient, table: string): ConnectTransactions {
  const transactions = dynamoConnectTransactions({ client, table });
  return {
    ...transactions,
    spend: async (id, { at, attempt }) => {
      const found = await transactions.find(id);
      if (found === undefined || found.spentAt !== undefined) return false;
      const Item = toItem({ ...encodeConnectTransaction(found), spent_at: at, spent_by: attempt });
      await client.send(new PutItemCommand({ TableName: table, Item }));
      return true;
    },
  };
}
