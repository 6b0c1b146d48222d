import { beforeAll, describe, expect } from 'vitest';
import { deployedCrashes } from '../../contract/crashes/deployed.ts';
import type { Cell } from '../../contract/crashes/matrix.ts';
import { verifies } from '../verifies.ts';

let cells: readonly Cell[];
beforeAll(async () => {
  cells = await deployedCrashes();
}, 400_000);

describe('jobs of hours, whose workers are ended in the middle', () => {
  verifies(
    ['vestibule:task-renewal', 'vestibule:task-pull'],
    'are refused no call and renewed once each time, whichever function ends at whichever call',
    () => {
      expect(cells.filter(({ isRight }) => !isRight)).toEqual([]);
    },
  );

  verifies('vestibule:task-renewal', 'have three functions that work for them while nobody asks', () => {
    const flows = Map.groupBy(cells, ({ flow }) => flow);
    expect(flows.size).toBe(3);
    for (const [flow, all] of flows) expect([flow, all.length > 3]).toEqual([flow, true]);
  });
});
