import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AssertionReplay } from '../../ports/replay.ts';
import { after } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { keyOf } from './keys.ts';

/** The sweep waits longer than any clock of ours is off; whether a mark counts is decided by its `until` alone. */
const sweepMarginSeconds = 3_600;

/** Marks assertions as used in the grants table: one conditional write on one item. */
export function dynamoAssertionReplay(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): AssertionReplay {
  return {
    markUsed: ({ issuer, jti, until, now, attempt }) =>
      calling('DynamoDB', async () => {
        try {
          await options.client.send(
            new PutItemCommand({
              TableName: options.table,
              Item: toItem({
                pk: keyOf.assertion(issuer, jti),
                until,
                attempt,
                ttl: after(until, sweepMarginSeconds),
              }),
              ConditionExpression: 'attribute_not_exists(pk) OR #until < :now',
              ExpressionAttributeNames: { '#until': 'until' },
              ExpressionAttributeValues: { ':now': { N: String(now) } },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
          );
          return true;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          // The SDK sends a write again when its reply was lost: a mark that bears our attempt is our own.
          return error.Item?.['attempt']?.S === attempt;
        }
      }),
  };
}
