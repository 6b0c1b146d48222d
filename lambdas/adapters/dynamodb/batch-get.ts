import { setTimeout } from 'node:timers/promises';
import { BatchGetItemCommand, type DynamoDBClient, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';

type Requests = Record<string, KeysAndAttributes>;

/** DynamoDB answers part of a batch when it is short of capacity. Pauses, in milliseconds, before each new try. */
const pauses = [25, 75, 200] as const;

/** A longer partition key is refused by the service; nothing is stored under one. Bytes. */
const longestKey = 2_048;

/** The stored items among `keys` (at most 100), strongly consistent. Throws `DependencyUnavailable`. */
export function batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Item>> {
  return batchGetOf(client, [{ table, keys }]);
}

interface Wanted {
  readonly table: string;
  readonly keys: readonly string[];
  /** The only attributes to send, `pk` among them; all where absent. */
  readonly attributes?: readonly string[];
}

/** The same of several tables in one call. No key stands in two of them: their prefixes differ. */
export async function batchGetOf(
  client: DynamoDBClient,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  let pending = requestsFor(wanted);
  if (Object.keys(pending).length === 0) return found;
  for (const pause of [...pauses, undefined]) {
    pending = await getSome(client, pending, found);
    if (Object.keys(pending).length === 0) return found;
    if (pause !== undefined) await setTimeout(pause);
  }
  throw new DependencyUnavailable('DynamoDB', { cause: new Error('keys remained unprocessed') });
}

function requestsFor(wanted: readonly Wanted[]): Requests {
  const requests = wanted.map(({ table, keys, attributes }): [string, KeysAndAttributes] => {
    const possible = keys.filter((key) => Buffer.byteLength(key) <= longestKey);
    const Keys = possible.map((pk) => ({ pk: { S: pk } }));
    return [table, { Keys, ConsistentRead: true, ...projectionOn(attributes) }];
  });
  return withKeys(requests);
}

function projectionOn(attributes: readonly string[] | undefined): Partial<KeysAndAttributes> {
  if (attributes === undefined) return {};
  const names = Object.fromEntries(attributes.map((name, index) => [`#a${index}`, name]));
  return { ProjectionExpression: Object.keys(names).join(', '), ExpressionAttributeNames: names };
}

async function getSome(
  client: DynamoDBClient,
  requests: Requests,
  found: Map<string, Item>,
): Promise<Requests> {
  const answer = await calling('DynamoDB', () =>
    client.send(new BatchGetItemCommand({ RequestItems: requests })),
  );
  for (const item of Object.values(answer.Responses ?? {}).flat()) {
    if (item['pk']?.S !== undefined) found.set(item['pk'].S, item);
  }
  // What was left out comes back in the form of a request, to be sent as it is.
  return withKeys(Object.entries(answer.UnprocessedKeys ?? {}));
}

function withKeys(requests: readonly [string, KeysAndAttributes][]): Requests {
  return Object.fromEntries(requests.filter(([, { Keys: keys = [] }]) => keys.length > 0));
}
