import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Draw, Drawn, SharedBuckets } from '../../ports/buckets.ts';
import { after } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';
import { keyOf } from './keys.ts';

/** The sweep waits longer than any clock of ours is off; a bucket that is full says nothing. */
const sweepMarginSeconds = 3_600;

/** Keeps the buckets in the grants table: one conditional write on one item for each draw. */
export function dynamoSharedBuckets(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Milliseconds. Nobody waits to be counted as long as for an answer. Default: a second, tries included. */
  readonly patience?: number;
}): SharedBuckets {
  const { patience = 1_000 } = options;
  return {
    draw: (draw) =>
      calling('DynamoDB', async () => {
        try {
          const { Attributes: attributes } = await options.client.send(
            new UpdateItemCommand({
              TableName: options.table,
              Key: { pk: { S: keyOf.bucket(draw.owner.kind, draw.owner.name) } },
              ...write(draw),
              ReturnValues: 'UPDATED_NEW',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
            { abortSignal: AbortSignal.timeout(patience) },
          );
          return standing(true, attributes);
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
          // The SDK sends a write again when its reply was lost: a bucket that bears our attempt was drawn from.
          return standing(error.Item?.['attempt']?.S === draw.attempt, error.Item);
        }
      }),
  };
}

function write({ from, at, latest, cost, until, attempt }: Draw): Partial<UpdateItemCommandInput> {
  const common = {
    ':at': { N: String(at) },
    ':attempt': { S: attempt },
    ':ttl': { N: String(after(until, sweepMarginSeconds)) },
  };
  const names = { '#ttl': 'ttl' };
  if (from === 'full') {
    return {
      UpdateExpression: 'SET full_at = :then, attempt = :attempt, #ttl = :ttl',
      ConditionExpression: 'attribute_not_exists(pk) OR full_at <= :at',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ...common, ':then': { N: String(at + cost) } },
    };
  }
  return {
    UpdateExpression: 'SET full_at = full_at + :cost, attempt = :attempt, #ttl = :ttl',
    ConditionExpression: 'full_at > :at AND full_at <= :latest AND attempt <> :attempt',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: {
      ...common,
      ':cost': { N: String(cost) },
      ':latest': { N: String(latest) },
    },
  };
}

function standing(drawn: boolean, item: Item | undefined): Drawn {
  const fullAt = item?.['full_at']?.N;
  return { drawn, ...(fullAt !== undefined && { fullAt: Number(fullAt) }) };
}
