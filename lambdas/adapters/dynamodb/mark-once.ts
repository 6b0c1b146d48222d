import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { after, type Instant } from '../../runtime/clock.ts';
import { toItem } from './attributes.ts';
import { writeOnce } from './write-once.ts';

/** The sweep waits longer than any clock of ours is off; whether a mark counts is decided by its `until` alone. */
const sweepMarginSeconds = 3_600;

interface Mark {
  readonly key: string;
  readonly until: Instant;
  readonly now: Instant;
  readonly attempt: string;
}

/** Puts a mark where none counts: one conditional write on one item. True for one attempt, and again for that same one. */
export async function markOnce(
  { client, table }: { readonly client: DynamoDBClient; readonly table: string },
  { key, until, now, attempt }: Mark,
): Promise<boolean> {
  const put = new PutItemCommand({
    TableName: table,
    Item: toItem({ pk: key, until, attempt, ttl: after(until, sweepMarginSeconds) }),
    ConditionExpression: 'attribute_not_exists(pk) OR #until < :now',
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':now': { N: String(now) } },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const marked = await writeOnce(
    () => client.send(put),
    (item) => item['attempt']?.S === attempt,
  );
  return marked.won;
}
