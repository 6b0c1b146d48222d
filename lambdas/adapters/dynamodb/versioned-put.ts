import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ChangeRecord } from '../../ports/registry-store.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';
import { ifVersion } from './registry-steps.ts';

/** Stores version `from + 1` over version `from`; 0 is the absent item. False, and nothing written, otherwise. */
export async function putVersion(
  options: { readonly client: DynamoDBClient; readonly table: string },
  item: Item,
  from: number,
  change: ChangeRecord,
): Promise<boolean> {
  return calling('DynamoDB', async () => {
    try {
      await options.client.send(
        new PutItemCommand({
          TableName: options.table,
          Item: item,
          ...(from === 0 ? { ConditionExpression: 'attribute_not_exists(pk)' } : ifVersion(from)),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return isOurs(error.Item, from + 1, change);
    }
  });
}

/** The SDK sends a write again when its reply was lost: then the item in the way is the one we wrote. */
function isOurs(item: Item | undefined, version: number, change: ChangeRecord): boolean {
  const audit = item?.['audit']?.M;
  return (
    item?.['version']?.N === String(version) &&
    audit?.['request_id']?.S === change.requestId &&
    audit['event']?.S === change.event
  );
}
