import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../../local/cloudformation/turns.ts';

describe('work in turns', () => {
  it('is done one at a time, all of it, whatever of it fails, and in no order', async () => {
    const orders = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const turns = createTurns();
      const done: number[] = [];
      let underWay = 0;
      const works = Array.from({ length: 6 }, (_, index) =>
        turns(async () => {
          underWay += 1;
          expect(underWay).toBe(1);
          await nextTurn();
          underWay -= 1;
          done.push(index);
          if (index % 2 === 1) throw new Error(`no ${index}`);
          return index;
        }),
      );
      const outcomes = await Promise.allSettled(works);
      expect(outcomes.map((one) => (one.status === 'fulfilled' ? one.value : 'failed'))).toEqual([
        0,
        'failed',
        2,
        'failed',
        4,
        'failed',
      ]);
      expect(done.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
      orders.add(done.join(''));
      expect(await turns(() => Promise.resolve('after all'))).toBe('after all');
    }
    expect(orders.size).toBeGreaterThan(1);
  });
});
