import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { KeptKeySets } from '../../ports/kept-keys.ts';
import { after, instant } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';

/** Seconds; whether a set counts is decided by its age. */
const sweptAfter = 2 * 86_400;

const storedSet = v.object({ pk: text, keys: text, as_of: whole });
const keySet = v.array(v.record(v.string(), v.unknown()));

/** The keys of trust anchors in the grants table: one item each, and the last one written is there. */
export function dynamoKeptKeySets(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): KeptKeySets {
  const { client, table: TableName } = options;
  return {
    keep: async (of, { keys, asOf }) => {
      const item = { pk: keyOf.anchorKeys(of), keys: JSON.stringify(keys), as_of: asOf };
      const Item = toItem({ ...item, ttl: after(asOf, sweptAfter) });
      await calling('DynamoDB', () => client.send(new PutItemCommand({ TableName, Item })));
    },
    find: async (of) => {
      const Key = { pk: { S: keyOf.anchorKeys(of) } };
      const { Item } = await calling('DynamoDB', () => client.send(new GetItemCommand({ TableName, Key })));
      if (Item === undefined) return undefined;
      const stored = decode(storedSet, Item);
      return { keys: v.parse(keySet, JSON.parse(stored.keys)), asOf: instant(stored.as_of) };
    },
  };
}
