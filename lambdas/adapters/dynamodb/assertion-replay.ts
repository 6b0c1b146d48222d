import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AssertionReplay } from '../../ports/replay.ts';
import { keyOf } from './keys.ts';
import { markOnce } from './mark-once.ts';

/** Marks assertions as used in the grants table. */
export function dynamoAssertionReplay(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): AssertionReplay {
  return {
    markUsed: ({ issuer, jti, ...mark }) => markOnce(options, { key: keyOf.assertion(issuer, jti), ...mark }),
  };
}
