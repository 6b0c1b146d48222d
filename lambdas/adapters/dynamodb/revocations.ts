import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Revocations } from '../../ports/revocations.ts';
import { calling } from '../aws.ts';
import { type Plain, toItem } from './attributes.ts';
import { type EndEntry, revocationEntry } from './end-keys.ts';
import { auditAttribute } from './stored.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/**
 * Marks tokens as revoked in the grants table: one write on the set that holds all revocations of its slot, the audit
 * record with it. A set that is full (400 KB, some 2,500 tokens) takes no more, and the caller is told to try again.
 */
export function dynamoRevocations(options: Options): Revocations {
  return {
    revoke: async ({ jti, clientId, until, outlivedUntil = until, now, requestId }) => {
      const audit = auditAttribute({ event: 'revoked', actor: `client/${clientId}`, at: now, requestId });
      const [own, later] = [revocationEntry(jti, until), revocationEntry(jti, outlivedUntil)];
      await mark(options, own, audit);
      // The decision is made. The feed of ends holds a set for as long as tokens of its slot live, and has to tell of this for longer.
      if (later.key !== own.key) await mark(options, later, now);
    },
  };
}

async function mark({ client, table }: Options, { key, name, ttl }: EndEntry, entry: Plain): Promise<void> {
  await calling('DynamoDB', () =>
    client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { pk: { S: key } },
        // Revoked before, be it by this very call whose reply was lost: the record of the first time stays.
        UpdateExpression: 'SET #name = if_not_exists(#name, :entry), #ttl = :ttl',
        ExpressionAttributeNames: { '#name': name, '#ttl': 'ttl' },
        ExpressionAttributeValues: toItem({ ':entry': entry, ':ttl': ttl }),
      }),
    ),
  );
}
