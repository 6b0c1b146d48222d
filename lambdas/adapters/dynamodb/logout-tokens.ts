import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { LogoutTokens } from '../../ports/logout-tokens.ts';
import { after } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { keyOf } from './keys.ts';

/** The sweep waits longer than any clock of ours is off; whether a mark counts is decided by its `until` alone. */
const sweepMarginSeconds = 3_600;

/** Marks logout tokens as used in the grants table: one conditional write on one item. */
export function dynamoLogoutTokens({
  client,
  table,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): LogoutTokens {
  return {
    isUsed: async ({ idp, jti }, now) => {
      const Key = { pk: { S: keyOf.logoutToken(idp, jti) } };
      const question = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
      const { Item: item } = await calling('DynamoDB', () => client.send(question));
      return item !== undefined && Number(item['until']?.N) >= now;
    },
    markUsed: ({ idp, jti, until, attempt }, now) =>
      calling('DynamoDB', async () => {
        const pk = keyOf.logoutToken(idp, jti);
        const write = new PutItemCommand({
          TableName: table,
          Item: toItem({ pk, until, attempt, ttl: after(until, sweepMarginSeconds) }),
          ConditionExpression: 'attribute_not_exists(pk) OR #until < :now',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':now': { N: String(now) } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
        try {
          await client.send(write);
          return true;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          // The SDK sends a write again when its reply was lost: a mark that bears our attempt is our own.
          return error.Item?.['attempt']?.S === attempt;
        }
      }),
  };
}
