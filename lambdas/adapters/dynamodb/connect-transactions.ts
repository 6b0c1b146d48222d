import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ConnectTransactions } from '../../ports/connect-transactions.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { decodeConnectTransaction, encodeConnectTransaction } from './connect-transaction-codec.ts';
import { keyOf } from './keys.ts';
import { writeOnce } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Accounts that people are connecting, in the grants table: one item each, one conditional write for each step. */
export function dynamoConnectTransactions({ client, table }: Options): ConnectTransactions {
  return {
    begin: async (transaction) => {
      const put = new PutItemCommand({
        TableName: table,
        Item: toItem(encodeConnectTransaction(transaction)),
        // Its id is of 256 random bits of ours: what is there already is this very write, whose reply was lost.
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await writeOnce(() => client.send(put));
    },
    find: async (id) => {
      const { Item: item } = await calling('DynamoDB', () =>
        client.send(new GetItemCommand({ TableName: table, Key: keyFor(id), ConsistentRead: true })),
      );
      return item && decodeConnectTransaction(item);
    },
    spend: async (id, { at, attempt }) => {
      const update = new UpdateItemCommand({
        ...{ TableName: table, Key: keyFor(id) },
        UpdateExpression: 'SET spent_at = :at, spent_by = :attempt',
        ConditionExpression: 'attribute_not_exists(spent_by) AND expires_at > :at',
        ExpressionAttributeValues: toItem({ ':attempt': attempt, ':at': at }),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const spent = await writeOnce(
        () => client.send(update),
        (item) => item['spent_by']?.S === attempt,
      );
      return spent.won;
    },
  };
}

function keyFor(id: string): Item {
  return { pk: { S: keyOf.connectTransaction(id) } };
}
