import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ClientRegistrations, RegisteredClient } from '../../ports/client-registrations.ts';
import type { Client } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';
import { decodeClient } from './client-codec.ts';
import { keyOf } from './keys.ts';
import { ifVersion, thingItem } from './registry-steps.ts';
import { putVersion } from './versioned-put.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Clients that registered themselves, among all others in the registry table: one conditional write on one item. */
export function dynamoClientRegistrations(options: Options): ClientRegistrations {
  const { client: dynamo, table } = options;
  return {
    find: async (id) => {
      const { Item: item } = await calling('DynamoDB', () =>
        dynamo.send(
          new GetItemCommand({
            TableName: table,
            Key: { pk: { S: keyOf.client(id) } },
            ConsistentRead: true,
          }),
        ),
      );
      return item && { client: decodeClient(item), version: Number(item['version']?.N) };
    },
    create: (client, now, requestId) => create(options, client, now, requestId),
    replace: (from, client, requestId) => {
      const item = itemOf(client, from.version + 1, { event: 'client_replaced', requestId });
      return putVersion(options, item, from.version);
    },
    remove: (from) => remove(options, from),
  };
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

function remove({ client: dynamo, table }: Options, { client, version }: RegisteredClient): Promise<boolean> {
  return calling('DynamoDB', async () => {
    try {
      await dynamo.send(
        new DeleteItemCommand({
          TableName: table,
          Key: { pk: { S: keyOf.client(client.id) } },
          ...ifVersion(version),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  });
}

function itemOf(
  client: Client,
  version: number,
  change: { readonly event: string; readonly requestId: string },
): Item {
  return thingItem('client', { thing: client }, version, { ...change, actor: 'self', at: client.updatedAt });
}
