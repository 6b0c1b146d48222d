import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { systemRandom } from '../../runtime/random.ts';
import type { Item } from './attributes.ts';
import { ifVersion } from './registry-steps.ts';
import { writeOnce } from './write-once.ts';

/** Stores version `from + 1` over version `from`; 0 is the absent item. False, and nothing written, otherwise. */
export async function putVersion(
  options: { readonly client: DynamoDBClient; readonly table: string },
  item: Item,
  from: number,
): Promise<boolean> {
  const attempt = systemRandom(16);
  const put = new PutItemCommand({
    TableName: options.table,
    Item: { ...item, attempt: { S: attempt } },
    ...(from === 0 ? { ConditionExpression: 'attribute_not_exists(pk)' } : ifVersion(from)),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const stored = await writeOnce(
    () => options.client.send(put),
    (found) => found['attempt']?.S === attempt,
  );
  return stored.won;
}
