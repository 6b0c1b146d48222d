import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Revocations } from '../../ports/revocations.ts';
import { after } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { auditAttribute } from './stored.ts';

/** The sweep waits longer than any clock of ours is off: a mark outlives the token that it ends. */
const sweepMarginSeconds = 3_600;

/** Marks tokens as revoked in the grants table: one conditional write on one item, the audit record with it. */
export function dynamoRevocations(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): Revocations {
  return {
    revoke: ({ jti, clientId, until, now, requestId }) =>
      calling('DynamoDB', async () => {
        const change = { event: 'revoked', actor: `client/${clientId}`, at: now, requestId };
        try {
          await options.client.send(
            new PutItemCommand({
              TableName: options.table,
              Item: toItem({
                pk: keyOf.revoked(jti),
                until,
                audit: auditAttribute(change),
                ttl: after(until, sweepMarginSeconds),
              }),
              ConditionExpression: 'attribute_not_exists(pk)',
            }),
          );
        } catch (error) {
          // Revoked before, be it by this very call whose reply was lost: there is nothing left to do.
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }),
  };
}
