import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { systemRandom } from '../../runtime/random.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';
import { ifVersion } from './registry-steps.ts';

/** Stores version `from + 1` over version `from`; 0 is the absent item. False, and nothing written, otherwise. */
export async function putVersion(
  options: { readonly client: DynamoDBClient; readonly table: string },
  item: Item,
  from: number,
): Promise<boolean> {
  const attempt = systemRandom(16);
  return calling('DynamoDB', async () => {
    try {
      await options.client.send(
        new PutItemCommand({
          TableName: options.table,
          Item: { ...item, attempt: { S: attempt } },
          ...(from === 0 ? { ConditionExpression: 'attribute_not_exists(pk)' } : ifVersion(from)),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The SDK sends a write again when its reply was lost: then the item in the way bears our attempt.
      return error.Item?.['attempt']?.S === attempt;
    }
  });
}
