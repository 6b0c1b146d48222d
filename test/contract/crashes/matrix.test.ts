import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { type Cell, crashMatrix } from './matrix.ts';
import { faults } from './struck.ts';

let tables: TestTables;
let cells: readonly Cell[];
beforeAll(async () => {
  tables = await startTables();
  cells = await crashMatrix(tables);
}, 300_000);
afterAll(() => tables.stop());

it('comes to the same with every fault at every call of a worker', () => {
  expect(cells.filter(({ isRight }) => !isRight)).toEqual([]);
});

it('has a cell for every fault at every call of every flow', () => {
  const callsOf = (flow: string) =>
    new Set(cells.filter((cell) => cell.flow === flow).map(({ call }) => call));
  const names = new Set(cells.map(({ flow }) => flow));
  expect(names).toContain('the next token of a task is put into its secret');
  for (const name of names) {
    expect(callsOf(name).size).toBeGreaterThan(1);
    expect(cells.filter(({ flow }) => flow === name)).toHaveLength(callsOf(name).size * faults.length);
  }
});
