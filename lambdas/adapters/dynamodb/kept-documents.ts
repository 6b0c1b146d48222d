import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import {
  type EnrolledDocuments,
  type KeptDocument,
  type KeptDocuments,
  longestOutage,
} from '../../ports/client-documents.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';
import { writeOnce } from './write-once.ts';

/** Seconds: while it may stand in for its host, and a day for the sign-in that it stood in for last. */
const keptUnused = longestOutage + 86_400;
/** Seconds: longer than any refresh token lives, for whose sake a document is kept. */
const keptUsed = 400 * 86_400;

const storedDocument = v.object({
  pk: text,
  url: text,
  document: text,
  accepted_at: whole,
  fresh_until: whole,
  gone_at: v.exactOptional(whole),
  enrolled_at: v.exactOptional(v.array(text)),
  ttl: v.exactOptional(whole),
});

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Keeps accepted metadata documents in the registry table: conditional writes on one item. */
export function dynamoKeptDocuments({ client, table }: Options): KeptDocuments {
  /** Answers what it wrote; undefined where the item is not as the condition says, which no retry could mend. */
  const update = (
    url: string,
    input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
  ): Promise<Item | undefined> =>
    calling('DynamoDB', async () => {
      try {
        const Key = { pk: { S: keyOf.clientDocument(url) } };
        return (await client.send(new UpdateItemCommand({ TableName: table, Key, ...input }))).Attributes;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    });

  /** A copy's end only ever moves away. */
  const keepUntil = async (url: string, end: Instant): Promise<void> => {
    await update(url, {
      UpdateExpression: 'SET #ttl = :end',
      ConditionExpression: '#ttl < :end',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: toItem({ ':end': end }),
    });
  };

  return {
    keep: async ({ url, json, acceptedAt, freshUntil }) => {
      const end = after(acceptedAt, keptUnused);
      // Refused: another instance accepted a later one meanwhile.
      const written = await update(url, {
        UpdateExpression:
          'SET #url = :url, #document = :document, accepted_at = :at, fresh_until = :fresh, #ttl = if_not_exists(#ttl, :end) REMOVE gone_at',
        ConditionExpression: 'attribute_not_exists(pk) OR accepted_at <= :at',
        ExpressionAttributeNames: { '#url': 'url', '#document': 'document', '#ttl': 'ttl' },
        ExpressionAttributeValues: toItem({
          ...{ ':url': url, ':document': JSON.stringify(json) },
          ...{ ':at': acceptedAt, ':fresh': freshUntil, ':end': end },
        }),
        ReturnValues: 'UPDATED_NEW',
      });
      if (Number(written?.['ttl']?.N) < end) await keepUntil(url, end);
    },
    find: async (url) => {
      const key = keyOf.clientDocument(url);
      const item = (await batchGet(client, table, [key])).get(key);
      return item && decodeKeptDocument(item);
    },
    markEnrolled: async (url, idps, at) => {
      const end = after(at, keptUnused);
      const written = await update(url, marking(idps, end));
      if (Number(written?.['ttl']?.N) < end) await keepUntil(url, end);
      return written !== undefined;
    },
    markUsed: (url, at) => keepUntil(url, after(at, keptUsed)),
    markGone: async (url, at) => {
      // Refused: none is kept, or it came back meanwhile.
      await update(url, {
        UpdateExpression: 'SET gone_at = :at',
        ConditionExpression: 'accepted_at <= :at',
        ExpressionAttributeValues: toItem({ ':at': at }),
      });
    },
  };
}

function marking(idps: readonly IdpId[], end: Instant): Omit<UpdateItemCommandInput, 'TableName' | 'Key'> {
  return {
    UpdateExpression: 'SET enrolled_at = :idps, #ttl = if_not_exists(#ttl, :end)',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: toItem({ ':idps': [...idps], ':end': end }),
    ReturnValues: 'UPDATED_NEW',
  };
}

/** The same for the function that removes their clients from identity providers. */
export function dynamoEnrolledDocuments({ client, table }: Options): EnrolledDocuments {
  const keyBy = (digest: string) => ({
    TableName: table,
    Key: { pk: { S: keyOf.clientDocumentBy(digest) } },
  });
  return {
    find: async (digest) => {
      const command = new GetItemCommand({ ...keyBy(digest), ConsistentRead: true });
      const { Item } = await calling('DynamoDB', () => client.send(command));
      return Item && decodeKeptDocument(Item);
    },
    unmark: async (digest, { acceptedAt, keptUntil }) => {
      const command = new UpdateItemCommand({
        ...keyBy(digest),
        UpdateExpression: 'REMOVE enrolled_at',
        ConditionExpression: 'accepted_at = :accepted AND #ttl = :end',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: toItem({ ':accepted': acceptedAt, ':end': keptUntil }),
      });
      return (await writeOnce(() => client.send(command))).won;
    },
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
    ...(stored.ttl !== undefined && { keptUntil: instant(stored.ttl) }),
    ...(stored.enrolled_at && { enrolledAt: stored.enrolled_at as IdpId[] }),
  };
}
