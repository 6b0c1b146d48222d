import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { OpaqueTokens } from '../../ports/opaque-tokens.ts';
import { after, instant } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';
import { writeOnce } from './write-once.ts';

/** The sweep waits longer than any clock of ours is off; whether a token counts is decided by its `expires_at`. */
const sweepMarginSeconds = 3_600;

const storedToken = v.object({ pk: text, id: text, claims: text, expires_at: whole });

/** Opaque access tokens in the grants table: one item each, written once. */
export function dynamoOpaqueTokens({
  client,
  table,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): OpaqueTokens {
  return {
    keep: async ({ id, claims, expiresAt }) => {
      const ttl = after(expiresAt, sweepMarginSeconds);
      const put = new PutItemCommand({
        TableName: table,
        Item: toItem({ pk: keyOf.opaqueToken(id), id, claims, expires_at: expiresAt, ttl }),
        // Its id is of 256 random bits of ours: what is there already is this very write, whose reply was lost.
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      await writeOnce(() => client.send(put));
    },
    find: async (id) => {
      const Key = { pk: { S: keyOf.opaqueToken(id) } };
      const { Item: item } = await calling('DynamoDB', () =>
        client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
      );
      if (item === undefined) return undefined;
      const stored = decode(storedToken, item);
      return { id: stored.id, claims: stored.claims, expiresAt: instant(stored.expires_at) };
    },
  };
}
