import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Instant } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { type Item, type PlainRecord, toItem } from './attributes.ts';
import { writeOnce } from './write-once.ts';

export interface PassingOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** A mark that one attempt may set, once, on an item that is neither spent nor expired. */
interface Mark {
  readonly at: Instant;
  readonly attempt: string;
  /** The attribute that tells whose mark it is. */
  readonly by: 'held_by' | 'spent_by';
  readonly set: PlainRecord;
}

interface PassingItems {
  /** Keeps a new one. */
  readonly begin: (item: PlainRecord) => Promise<void>;
  readonly find: (id: string) => Promise<Item | undefined>;
  readonly mark: (id: string, mark: Mark) => Promise<boolean>;
  readonly spend: (id: string, spent: Pick<Mark, 'at' | 'attempt'>) => Promise<boolean>;
}

/** What people are on their way with, which is spent once: one item each, one conditional write for each step. */
export function passingItems({ client, table }: PassingOptions, pkOf: (id: string) => string): PassingItems {
  const keyFor = (id: string): Item => ({ pk: { S: pkOf(id) } });
  const mark: PassingItems['mark'] = async (id, { at, attempt, by, set }) => {
    const [[name, value]] = Object.entries(set) as [[string, PlainRecord[string]]];
    const update = new UpdateItemCommand({
      ...{ TableName: table, Key: keyFor(id) },
      UpdateExpression: 'SET #mark = :mark, #by = :attempt',
      ConditionExpression:
        'attribute_not_exists(#by) AND attribute_not_exists(spent_by) AND expires_at > :at',
      ExpressionAttributeNames: { '#mark': name, '#by': by },
      ExpressionAttributeValues: toItem({ ':mark': value, ':attempt': attempt, ':at': at }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const marked = await writeOnce(
      () => client.send(update),
      (item) => item[by]?.S === attempt,
    );
    return marked.won;
  };
  return {
    mark,
    begin: async (item) => {
      const put = new PutItemCommand({
        ...{ TableName: table, Item: toItem(item) },
        // Its id is of 256 random bits of ours: what is there already is this very write, whose reply was lost.
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await writeOnce(() => client.send(put));
    },
    find: async (id) => {
      const get = new GetItemCommand({ TableName: table, Key: keyFor(id), ConsistentRead: true });
      return (await calling('DynamoDB', () => client.send(get))).Item;
    },
    spend: (id, { at, attempt }) => mark(id, { at, attempt, by: 'spent_by', set: { spent_at: at } }),
  };
}
