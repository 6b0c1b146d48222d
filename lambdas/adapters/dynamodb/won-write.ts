import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';

/** Whether a conditional write was this call's: the SDK sends one again whose reply was lost. */
export function wins(write: () => Promise<unknown>, isOurs: (item: Item) => boolean): Promise<boolean> {
  return calling('DynamoDB', async () => {
    try {
      await write();
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item !== undefined && isOurs(error.Item);
    }
  });
}
