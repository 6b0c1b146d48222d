import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ClientRegistrations, RegisteredClient } from '../../ports/client-registrations.ts';
import type { Client } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { ClientId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';
import { decodeClient } from './client-codec.ts';
import { endSteps } from './end-steps.ts';
import { keyOf } from './keys.ts';
import { ifVersion, thingItem } from './registry-steps.ts';
import { type Step, transact } from './transaction.ts';
import { putVersion } from './versioned-put.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** The grants table, where the ends of principals are kept. */
  readonly grants: string;
}

/**
 * Clients that registered themselves, among all others in the registry table. A change that ends a client for its tokens
 * is a transaction over the client and its end; any other is one conditional write of one item.
 */
export function dynamoClientRegistrations(options: Options): ClientRegistrations {
  const { table } = options;
  return {
    find: (id) => findClient(options, id),
    create: (client, now, requestId) => create(options, client, now, requestId),
    replace: (from, client, requestId) => replace(options, from, client, requestId),
    remove: ({ client, version }, now) =>
      written(options, [
        {
          write: {
            Delete: { TableName: table, Key: { pk: { S: keyOf.client(client.id) } }, ...ifVersion(version) },
          },
          otherwise: movedOn,
        },
        ...endSteps(options.grants, 'client', { thing: client, version }, undefined, now),
      ]),
  };
}

/** Strongly consistent; an expired one too, until it is swept. */
export async function findClient(
  { client: dynamo, table }: Pick<Options, 'client' | 'table'>,
  id: ClientId,
): Promise<RegisteredClient | undefined> {
  const Key = { pk: { S: keyOf.client(id) } };
  const { Item: item } = await calling('DynamoDB', () =>
    dynamo.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
  );
  return item && { client: decodeClient(item), version: Number(item['version']?.N) };
}

/** What an operator stopped does not start again by its end. */
const isFree =
  'attribute_not_exists(pk) OR (expires_at <= :now AND (#state = :active OR registered.awaits_approval = :yes))';

function create(
  { client: dynamo, table }: Options,
  client: Client,
  now: Instant,
  requestId: string,
): Promise<Client> {
  return calling('DynamoDB', async () => {
    try {
      await dynamo.send(
        new PutItemCommand({
          TableName: table,
          Item: itemOf(client, 1, { event: 'client_created', requestId }),
          ConditionExpression: isFree,
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ':now': { N: String(now) },
            ':active': { S: 'active' },
            ':yes': { BOOL: true },
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return client;
    } catch (error) {
      // Ours too, where the reply to the first try was lost: the same metadata is the same client.
      if (error instanceof ConditionalCheckFailedException && error.Item) return decodeClient(error.Item);
      throw error;
    }
  });
}

/** One that waits for an operator again is stopped until then, for the tokens that it has too. */
function replace(
  options: Options,
  { client: thing, version }: RegisteredClient,
  client: Client,
  requestId: string,
): Promise<boolean> {
  const item = itemOf(client, version + 1, { event: 'client_replaced', requestId });
  const ends = endSteps(options.grants, 'client', { thing, version }, client, client.updatedAt);
  if (ends.length === 0) return putVersion(options, item, version);
  const put = { TableName: options.table, Item: item, ...ifVersion(version) };
  return written(options, [{ write: { Put: put }, otherwise: movedOn }, ...ends]);
}

const movedOn = { outcome: 'moved_on' } as const;

async function written({ client }: Options, steps: readonly Step[]): Promise<boolean> {
  return (await transact(client, steps)).outcome === 'written';
}

function itemOf(
  client: Client,
  version: number,
  change: { readonly event: string; readonly requestId: string },
): Item {
  return thingItem('client', { thing: client }, version, { ...change, actor: 'self', at: client.updatedAt });
}
