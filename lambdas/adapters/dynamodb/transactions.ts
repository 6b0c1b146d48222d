import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Transactions } from '../../ports/transactions.ts';
import type { Instant } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { type PlainRecord, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decodeTransaction, encodeTransaction, signedInAttribute } from './transaction-codec.ts';
import { writeOnce } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** A mark that one attempt may set, once, on an item that is neither spent nor expired. */
interface Mark {
  readonly id: string;
  readonly at: Instant;
  readonly attempt: string;
  /** The attribute that tells whose mark it is. */
  readonly by: 'held_by' | 'spent_by';
  readonly set: PlainRecord;
}

/** Sign-ins on their way, in the grants table: one item each, one conditional write for each step. */
export function dynamoTransactions(options: Options): Transactions {
  const { client, table } = options;
  return {
    begin: async (transaction) => {
      const put = new PutItemCommand({
        TableName: table,
        Item: toItem(encodeTransaction(transaction)),
        // Its id is 256 random bits of ours: what is there already is this very write, whose reply was lost.
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await writeOnce(() => client.send(put));
    },
    find: async (id) => {
      const Key = { pk: { S: keyOf.transaction(id) } };
      const { Item } = await calling('DynamoDB', () =>
        client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
      );
      return Item && decodeTransaction(Item);
    },
    hold: (id, { signedIn, at, attempt }) =>
      mark(options, { id, at, attempt, by: 'held_by', set: { held: signedInAttribute(signedIn) } }),
    spend: (id, { at, attempt }) => mark(options, { id, at, attempt, by: 'spent_by', set: { spent_at: at } }),
  };
}

async function mark({ client, table }: Options, { id, at, attempt, by, set }: Mark): Promise<boolean> {
  const [[name, value]] = Object.entries(set) as [[string, PlainRecord[string]]];
  const update = new UpdateItemCommand({
    TableName: table,
    Key: { pk: { S: keyOf.transaction(id) } },
    UpdateExpression: 'SET #mark = :mark, #by = :attempt',
    ConditionExpression: 'attribute_not_exists(#by) AND attribute_not_exists(spent_by) AND expires_at > :at',
    ExpressionAttributeNames: { '#mark': name, '#by': by },
    ExpressionAttributeValues: toItem({ ':mark': value, ':attempt': attempt, ':at': at }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const marked = await writeOnce(
    () => client.send(update),
    (item) => item[by]?.S === attempt,
  );
  return marked.won;
}
