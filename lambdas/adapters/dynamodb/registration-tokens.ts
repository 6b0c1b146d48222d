import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type {
  RegistrationToken,
  RegistrationTokens,
  RegistrationTokenStore,
} from '../../ports/registration-tokens.ts';
import type { Client } from '../../ports/registry.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { indexPage } from './registry-pages.ts';
import { thingItem } from './registry-steps.ts';
import { decode, text, whole } from './stored.ts';
import { type Step, transact } from './transaction.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** So long after its end an operator still finds a token, and its holder is told that it has ended. */
const sweepMarginSeconds = 30 * 86_400;

const storedToken = v.object({
  pk: text,
  id: text,
  name: text,
  digest: text,
  expires_at: whole,
  most: v.exactOptional(whole),
  made: v.exactOptional(whole),
  created_at: whole,
  created_by: text,
});

/** Initial access tokens, in the registry table. */
export function dynamoRegistrationTokens(options: Options): RegistrationTokens {
  return {
    find: (id) => find(options, id),
    register: async (token, client, now, requestId) => {
      const admits = token.uses === undefined ? stillAdmits : count;
      const steps = [keepNew(options.table, client, requestId), admits(options.table, token.id, now)];
      const { outcome } = await transact(options.client, steps);
      return outcome !== 'moved_on';
    },
  };
}

export function dynamoRegistrationTokenStore(options: Options): RegistrationTokenStore {
  const { client: dynamo, table } = options;
  return {
    find: (id) => find(options, id),
    create: (token) => create(options, token),
    list: (page) => indexPage(options, 'registration-token', page, tokenOf),
    remove: async (id) => {
      await calling('DynamoDB', () =>
        dynamo.send(
          new DeleteItemCommand({ TableName: table, Key: { pk: { S: keyOf.registrationToken(id) } } }),
        ),
      );
    },
  };
}

/** First of the steps: nobody else drew that id, so that a client under it is ours, of a try whose reply was lost. */
function keepNew(table: string, client: Client, requestId: string): Step {
  const change = { event: 'client_created', actor: 'self', at: client.updatedAt, requestId };
  const Item = thingItem('client', { thing: client }, 1, change);
  return {
    write: { Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' } },
    otherwise: { outcome: 'taken', identifier: client.id },
  };
}

function count(table: string, id: string, now: Instant): Step {
  return {
    write: {
      Update: {
        TableName: table,
        Key: { pk: { S: keyOf.registrationToken(id) } },
        UpdateExpression: 'SET made = made + :one',
        ConditionExpression: 'made < most AND expires_at > :now',
        ExpressionAttributeValues: { ':one': { N: '1' }, ':now': { N: String(now) } },
      },
    },
    otherwise: { outcome: 'moved_on' },
  };
}

/** Its end is in the condition, and that it was not removed: an item that is gone has no end. */
function stillAdmits(table: string, id: string, now: Instant): Step {
  return {
    write: {
      ConditionCheck: {
        TableName: table,
        Key: { pk: { S: keyOf.registrationToken(id) } },
        ConditionExpression: 'expires_at > :now',
        ExpressionAttributeValues: { ':now': { N: String(now) } },
      },
    },
    otherwise: { outcome: 'moved_on' },
  };
}

async function find({ client, table }: Options, id: string): Promise<RegistrationToken | undefined> {
  const Key = { pk: { S: keyOf.registrationToken(id) } };
  const { Item: item } = await calling('DynamoDB', () =>
    client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
  );
  return item && tokenOf(item);
}

function create({ client, table }: Options, token: RegistrationToken): Promise<void> {
  return calling('DynamoDB', async () => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: itemOf(token),
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    } catch (error) {
      // Ours, where the reply to the first try was lost.
      const isOurs =
        error instanceof ConditionalCheckFailedException && error.Item?.['digest']?.S === token.digest;
      if (!isOurs) throw error;
    }
  });
}

function itemOf(token: RegistrationToken): Item {
  return toItem({
    pk: keyOf.registrationToken(token.id),
    kind: 'registration-token',
    id: token.id,
    name: token.name,
    digest: token.digest,
    expires_at: token.expiresAt,
    ttl: after(token.expiresAt, sweepMarginSeconds),
    most: token.uses?.most,
    made: token.uses?.made,
    created_at: token.createdAt,
    created_by: token.createdBy,
  });
}

function tokenOf(item: Item): RegistrationToken {
  const stored = decode(storedToken, item);
  return {
    id: stored.id,
    name: stored.name,
    digest: stored.digest,
    expiresAt: instant(stored.expires_at),
    ...(stored.most !== undefined && { uses: { most: stored.most, made: stored.made ?? 0 } }),
    createdAt: instant(stored.created_at),
    createdBy: stored.created_by,
  };
}
