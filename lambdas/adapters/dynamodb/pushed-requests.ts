import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { PushedRequests, StoredPushedRequest } from '../../ports/pushed-requests.ts';
import { after, instant } from '../../runtime/clock.ts';
import type { ClientId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';
import { writeOnce } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** A page may wait for its answer long after no browser opens the request any more; and no clock is off by more. */
const sweepMarginSeconds = 3_600;

const storedRequest = v.object({
  pk: text,
  id: text,
  client_id: text,
  request: text,
  expires_at: whole,
  browser: v.exactOptional(text),
  used_at: v.exactOptional(whole),
});

/** Authorization requests that were pushed, in the grants table: one item each, one conditional write for each step. */
export function dynamoPushedRequests({ client, table }: Options): PushedRequests {
  return {
    keep: ({ id, clientId, request, expiresAt }) =>
      writeOnce(() =>
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: toItem({
              ...{ pk: keyOf.pushedRequest(id), id, client_id: clientId, request, expires_at: expiresAt },
              ttl: after(expiresAt, sweepMarginSeconds),
            }),
            // Its id is of 256 random bits of ours: what is there already is this very write, whose reply was lost.
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      ).then(() => undefined),
    find: async (id) => {
      const { Item: item } = await calling('DynamoDB', () =>
        client.send(new GetItemCommand({ TableName: table, Key: keyFor(id), ConsistentRead: true })),
      );
      return item && requestOf(item);
    },
    // The mark is the browser itself, so that a write which is sent again finds its own.
    open: async (id, { browser, at }) => {
      const opened = await writeOnce(() =>
        client.send(
          new UpdateItemCommand({
            ...{ TableName: table, Key: keyFor(id) },
            UpdateExpression: 'SET browser = :browser',
            ConditionExpression:
              '(attribute_not_exists(browser) OR browser = :browser) AND attribute_not_exists(used_at) AND expires_at > :at',
            ExpressionAttributeValues: toItem({ ':browser': browser, ':at': at }),
          }),
        ),
      );
      return opened.won;
    },
    use: (id, { browser, at }) =>
      writeOnce(() =>
        client.send(
          new UpdateItemCommand({
            ...{ TableName: table, Key: keyFor(id) },
            UpdateExpression: 'SET used_at = if_not_exists(used_at, :at)',
            ConditionExpression: 'browser = :browser',
            ExpressionAttributeValues: toItem({ ':browser': browser, ':at': at }),
          }),
        ),
      ).then(() => undefined),
  };
}

function requestOf(item: Item): StoredPushedRequest {
  const stored = decode(storedRequest, item);
  return {
    id: stored.id,
    clientId: stored.client_id as ClientId,
    request: stored.request,
    expiresAt: instant(stored.expires_at),
    ...(stored.browser !== undefined && { browser: stored.browser }),
    ...(stored.used_at !== undefined && { usedAt: instant(stored.used_at) }),
  };
}

function keyFor(id: string): Item {
  return { pk: { S: keyOf.pushedRequest(id) } };
}
