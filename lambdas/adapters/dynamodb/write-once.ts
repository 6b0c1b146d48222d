import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';

/** What became of a conditional write. */
export interface Written {
  readonly won: boolean;
  /** What was in the way, where the write asked for it (`ReturnValuesOnConditionCheckFailure`). */
  readonly item?: Item | undefined;
}

/**
 * Makes one conditional write, and says whether it was this call's. The SDK sends a write again whose reply was lost: what is
 * in the way then is this very write, which `isOurs` tells by what only this call can have put there, an attempt id for
 * instance.
 */
export function writeOnce(
  write: () => Promise<unknown>,
  isOurs: (item: Item) => boolean = () => false,
): Promise<Written> {
  return calling('DynamoDB', async () => {
    try {
      await write();
      return { won: true };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { Item: item } = error;
      return item !== undefined && isOurs(item) ? { won: true } : { won: false, item };
    }
  });
}
