import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { after, type Instant } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';

/** The sweep waits longer than any clock of ours is off; whether a mark counts is decided by its `until` alone. */
const sweepMarginSeconds = 3_600;

interface Mark {
  readonly key: string;
  readonly until: Instant;
  readonly now: Instant;
  readonly attempt: string;
}

/** Puts a mark where none counts: one conditional write on one item. True for one attempt, and again for that same one. */
export function markOnce(
  { client, table }: { readonly client: DynamoDBClient; readonly table: string },
  { key, until, now, attempt }: Mark,
): Promise<boolean> {
  return calling('DynamoDB', async () => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: toItem({ pk: key, until, attempt, ttl: after(until, sweepMarginSeconds) }),
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
  });
}
