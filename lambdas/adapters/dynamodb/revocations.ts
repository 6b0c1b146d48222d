import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Revocations } from '../../ports/revocations.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { revocationEntry } from './end-keys.ts';
import { auditAttribute } from './stored.ts';

/**
 * Marks tokens as revoked in the grants table: one write on the set that holds all revocations of its slot, the audit
 * record with it. A set that is full (400 KB, some 2,500 tokens) takes no more, and the caller is told to try again.
 */
export function dynamoRevocations(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): Revocations {
  return {
    revoke: async ({ jti, clientId, until, now, requestId }) => {
      const { key, name, ttl } = revocationEntry(jti, until);
      const audit = auditAttribute({ event: 'revoked', actor: `client/${clientId}`, at: now, requestId });
      await calling('DynamoDB', () =>
        options.client.send(
          new UpdateItemCommand({
            TableName: options.table,
            Key: { pk: { S: key } },
            // Revoked before, be it by this very call whose reply was lost: the record of the first time stays.
            UpdateExpression: 'SET #name = if_not_exists(#name, :audit), #ttl = :ttl',
            ExpressionAttributeNames: { '#name': name, '#ttl': 'ttl' },
            ExpressionAttributeValues: toItem({ ':audit': audit, ':ttl': ttl }),
          }),
        ),
      );
    },
  };
}
