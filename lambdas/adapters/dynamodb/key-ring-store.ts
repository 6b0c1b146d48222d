import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { KeyRingStore } from '../../ports/signing.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { decodeKeyRing, emptyKeyRing, encodeKeyRing } from './key-ring-codec.ts';
import { keyOf } from './keys.ts';
import { auditAttribute } from './stored.ts';
import { putVersion } from './versioned-put.ts';

/** The key ring as those who change it see it. */
export function dynamoKeyRingStore(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): KeyRingStore {
  const { client, table } = options;
  return {
    read: async () => {
      const { Item } = await calling('DynamoDB', () =>
        client.send(
          new GetItemCommand({
            TableName: table,
            Key: { pk: { S: keyOf.signingKeys } },
            ConsistentRead: true,
          }),
        ),
      );
      return Item === undefined ? emptyKeyRing : decodeKeyRing(Item);
    },
    replace: (from, next, change) => {
      const record = encodeKeyRing({ ...next, version: from.version + 1 });
      return putVersion(options, toItem({ ...record, audit: auditAttribute(change) }), from.version);
    },
  };
}
