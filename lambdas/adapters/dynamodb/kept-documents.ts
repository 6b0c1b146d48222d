import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { KeptDocument, KeptDocuments } from '../../ports/client-documents.ts';
import { after, instant } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';

/** Seconds: longer than any refresh token lives, for whose sake a document is kept. */
const keptFor = 400 * 86_400;

const storedDocument = v.object({
  pk: text,
  url: text,
  document: text,
  accepted_at: whole,
  fresh_until: whole,
  gone_at: v.exactOptional(whole),
});

/** Keeps accepted metadata documents in the registry table: one conditional write on one item. */
export function dynamoKeptDocuments(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): KeptDocuments {
  return {
    keep: ({ url, json, acceptedAt, freshUntil }) =>
      calling('DynamoDB', async () => {
        try {
          await options.client.send(
            new PutItemCommand({
              TableName: options.table,
              Item: toItem({
                pk: keyOf.clientDocument(url),
                url,
                document: JSON.stringify(json),
                accepted_at: acceptedAt,
                fresh_until: freshUntil,
                ttl: after(acceptedAt, keptFor),
              }),
              ConditionExpression: 'attribute_not_exists(pk) OR accepted_at <= :at',
              ExpressionAttributeValues: { ':at': { N: String(acceptedAt) } },
            }),
          );
        } catch (error) {
          // Another instance accepted a later one meanwhile.
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }),
    markGone: (url, at) =>
      calling('DynamoDB', async () => {
        try {
          await options.client.send(
            new UpdateItemCommand({
              TableName: options.table,
              Key: { pk: { S: keyOf.clientDocument(url) } },
              UpdateExpression: 'SET gone_at = :at',
              ConditionExpression: 'accepted_at <= :at',
              ExpressionAttributeValues: { ':at': { N: String(at) } },
            }),
          );
        } catch (error) {
          // None is kept, or it came back meanwhile.
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }),
  };
}

export function decodeKeptDocument(item: Item): KeptDocument {
  const stored = decode(storedDocument, item);
  return {
    url: stored.url,
    json: JSON.parse(stored.document) as unknown,
    acceptedAt: instant(stored.accepted_at),
    freshUntil: instant(stored.fresh_until),
    ...(stored.gone_at !== undefined && { goneAt: instant(stored.gone_at) }),
  };
}
