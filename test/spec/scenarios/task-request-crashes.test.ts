import { beforeAll, describe, expect } from 'vitest';
import type { Cell } from '../../contract/crashes/matrix.ts';
import { requestCrashes } from '../../contract/crashes/requests.ts';
import { verifies } from '../verifies.ts';

let cells: readonly Cell[];
beforeAll(async () => {
  cells = await requestCrashes();
}, 400_000);

describe('an agent whose request ends with the instance that worked on it', () => {
  verifies(
    'vestibule:task-faults',
    'asks again, is refused nothing, and has of it what it would have had',
    () => {
      expect(cells.filter(({ isRight }) => !isRight)).toEqual([]);
    },
  );

  verifies('vestibule:task-faults', 'meets that at each call of each of five requests', () => {
    const flows = Map.groupBy(cells, ({ flow }) => flow);
    expect([...flows.values()].map(({ length }) => length > 1)).toEqual([true, true, true, true, true]);
    expect(new Set(cells.map(({ outcome }) => outcome))).toContain('answered when asked again');
  });
});
