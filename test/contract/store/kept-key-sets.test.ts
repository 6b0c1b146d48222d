import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamoKeptKeySets } from '../../../lambdas/adapters/dynamodb/kept-key-sets.ts';
import type { KeptKeySets } from '../../../lambdas/ports/kept-keys.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { fresh } from './mothers.ts';

let tables: TestTables;
let sets: KeptKeySets;

beforeAll(async () => {
  tables = await startTables();
  sets = dynamoKeptKeySets({ client: tables.client(), table: tables.grants });
});
afterAll(() => tables.stop());

it('key sets are kept as they came, one for each origin, and the last one is there', async () => {
  const [one, other] = [fresh('https://one'), fresh('https://other')];
  const keys = [{ kty: 'EC', kid: 'a', x5c: ['b'], nested: { of: [1, null] } }];
  expect(await sets.find(one)).toBeUndefined();
  await sets.keep(one, { keys, asOf: instant(1_800_000_000) });
  await sets.keep(other, { keys: [], asOf: instant(1_800_000_001) });
  expect(await sets.find(one)).toEqual({ keys, asOf: 1_800_000_000 });
  await sets.keep(one, { keys: [{ kid: 'b' }], asOf: instant(1_800_000_600) });
  expect(await sets.find(one)).toEqual({ keys: [{ kid: 'b' }], asOf: 1_800_000_600 });
  expect(await sets.find(other)).toEqual({ keys: [], asOf: 1_800_000_001 });
});
