import { setTimeout } from 'node:timers/promises';
import { BatchGetItemCommand, type DynamoDBClient, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';

/** DynamoDB answers part of a batch when it is short of capacity. Pauses, in milliseconds, before each new try. */
const pauses = [25, 75, 200] as const;

/** A longer partition key is refused by the service; nothing is stored under one. Bytes. */
const longestKey = 2_048;

/** The stored items among `keys` (at most 100), strongly consistent. Throws `DependencyUnavailable`. */
export async function batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  const possible = keys.filter((key) => Buffer.byteLength(key) <= longestKey);
  if (possible.length === 0) return found;
  let pending: KeysAndAttributes | undefined = {
    Keys: possible.map((pk) => ({ pk: { S: pk } })),
    ConsistentRead: true,
  };
  for (const pause of [...pauses, undefined]) {
    pending = await getSome(client, table, pending, found);
    if (pending === undefined) return found;
    if (pause !== undefined) await setTimeout(pause);
  }
  throw new DependencyUnavailable('DynamoDB', { cause: new Error('keys remained unprocessed') });
}

async function getSome(
  client: DynamoDBClient,
  table: string,
  request: KeysAndAttributes,
  found: Map<string, Item>,
): Promise<KeysAndAttributes | undefined> {
  const answer = await calling('DynamoDB', () =>
    client.send(new BatchGetItemCommand({ RequestItems: { [table]: request } })),
  );
  for (const item of Object.values(answer.Responses ?? {}).flat()) {
    if (item['pk']?.S !== undefined) found.set(item['pk'].S, item);
  }
  // The service may name the table by its ARN, but a batch of ours is of one table.
  const [unprocessed] = Object.values(answer.UnprocessedKeys ?? {});
  return (unprocessed?.Keys ?? []).length === 0 ? undefined : unprocessed;
}
