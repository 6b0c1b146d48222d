import type { BatchGetItemCommandOutput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchGet } from '../../../lambdas/adapters/dynamodb/batch-get.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
  for (const pk of ['one', 'two', 'three']) {
    await tables.client().send(new PutItemCommand({ TableName: tables.registry, Item: { pk: { S: pk } } }));
  }
});
afterAll(async () => {
  await tables.stop();
});

/** DynamoDB short of capacity: it answers at most one key of a batch, and none of the first `refused` batches. */
function shortOfCapacity(refused: number): {
  readonly client: DynamoDBClient;
  readonly batches: () => number;
} {
  const client = tables.client();
  let batches = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      batches += 1;
      const output = result.output as BatchGetItemCommandOutput;
      const items = output.Responses?.[tables.registry] ?? [];
      const answered = batches <= refused ? 0 : 1;
      output.Responses = { [tables.registry]: items.slice(0, answered) };
      const left = items.slice(answered).map(({ pk }) => ({ pk: pk! }));
      if (left.length > 0)
        output.UnprocessedKeys = { [tables.registry]: { Keys: left, ConsistentRead: true } };
      return result;
    },
    { step: 'initialize' },
  );
  return { client, batches: () => batches };
}

describe('a batch of which DynamoDB answers a part', () => {
  it('is asked again for the rest', async () => {
    const { client, batches } = shortOfCapacity(0);
    const found = await batchGet(client, tables.registry, ['one', 'two', 'three', 'absent']);
    expect([...found.keys()].sort()).toEqual(['one', 'three', 'two']);
    expect(batches()).toBe(3);
  });

  it('is given up after four tries', async () => {
    const { client, batches } = shortOfCapacity(99);
    await expect(batchGet(client, tables.registry, ['one'])).rejects.toBeInstanceOf(DependencyUnavailable);
    expect(batches()).toBe(4);
  });
});
