import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { WrappedKeys } from '../../ports/wrapped-keys.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decodeWrappedKey } from './wrapped-key-codec.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** The wrapped signing keys as those who sign see them. */
export function dynamoWrappedKeys(options: Options): WrappedKeys {
  return {
    find: async (kid) => {
      const item = await getItem(options, keyOf.wrappedKey(kid));
      return item && decodeWrappedKey(item);
    },
  };
}

export async function getItem({ client, table }: Options, key: string): Promise<Item | undefined> {
  const { Item } = await calling('DynamoDB', () =>
    client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: key } }, ConsistentRead: true })),
  );
  return Item;
}
