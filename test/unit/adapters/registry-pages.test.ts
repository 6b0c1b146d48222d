import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { pageOf } from '../../../lambdas/adapters/dynamodb/registry-pages.ts';

/** Where nobody listens: a cursor that were sent on would fail there. */
const client = new DynamoDBClient({
  endpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});

function cursorOf(...position: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

describe('a cursor', () => {
  it.each([
    ['a key longer than DynamoDB has', cursorOf(`client#${'é'.repeat(1_024)}`, 'planner')],
    ['an id longer than DynamoDB sorts by', cursorOf('client#planner', 'é'.repeat(513))],
    ['a key of another kind', cursorOf('agent#planner', 'planner')],
    ['a key alone', cursorOf('client#planner')],
    ['no key', cursorOf('client#planner', '')],
    ['no JSON', 'nonsense'],
  ])('of %s is none that a page ended with', async (_what, cursor) => {
    const page = await pageOf({ client, table: 'registry' }, 'client', { limit: 10, cursor });
    expect(page).toBeUndefined();
  });
});
