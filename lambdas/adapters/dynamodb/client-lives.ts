import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ClientLives } from '../../ports/client-registrations.ts';
import { after } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { keyOf } from './keys.ts';

const sweepMarginSeconds = 3_600;

/** Prolongs the lives of clients that registered themselves: one conditional write on one item. */
export function dynamoClientLives(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): ClientLives {
  return {
    prolong: (id, from, until) =>
      calling('DynamoDB', async () => {
        try {
          await options.client.send(
            new UpdateItemCommand({
              TableName: options.table,
              Key: { pk: { S: keyOf.client(id) } },
              // Whoever reads it for a change meanwhile has to read it anew.
              UpdateExpression: 'SET expires_at = :until, #ttl = :ttl, #version = #version + :one',
              ConditionExpression: 'expires_at = :from AND #state = :active',
              ExpressionAttributeNames: { '#ttl': 'ttl', '#version': 'version', '#state': 'state' },
              ExpressionAttributeValues: {
                ':from': { N: String(from) },
                ':until': { N: String(until) },
                ':ttl': { N: String(after(until, sweepMarginSeconds)) },
                ':one': { N: '1' },
                ':active': { S: 'active' },
              },
            }),
          );
        } catch (error) {
          // Prolonged by another, or gone, or stopped: nothing that a retry could mend.
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }),
  };
}
