import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { ChangeRecord } from '../../ports/registry-store.ts';
import type { KeyRingStore } from '../../ports/signing.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { decodeKeyRing, emptyKeyRing, encodeKeyRing } from './key-ring-codec.ts';
import { keyOf } from './keys.ts';
import { auditAttribute } from './stored.ts';
import { putVersion } from './versioned-put.ts';

/** The key ring as those who change it see it, in the name of one change. */
export function dynamoKeyRingStore(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly change: ChangeRecord;
}): KeyRingStore {
  const { client, table, change } = options;
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
    replace: (from, keys) => {
      const record = encodeKeyRing({ version: from.version + 1, keys });
      return putVersion(options, toItem({ ...record, audit: auditAttribute(change) }), from.version);
    },
  };
}
