import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { after } from '../../lambdas/runtime/clock.ts';
import {
  backoffSeconds,
  dueAt,
  goodUntil,
  isToConfirm,
  isToWarn,
  renewedUntil,
} from '../../lambdas/tasks/due.ts';
import { endOf } from '../../lambdas/tasks/ends.ts';
import { aTask, openedAt } from '../unit/tasks/a-task.ts';

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const timing = fc.record({
  tokenSeconds: fc.integer({ min: 300, max: 3_600 }),
  graceSeconds: fc.integer({ min: 300, max: 86_400 }),
});
const tasks = fc
  .record({
    life: fc.integer({ min: 60, max: 30 * 86_400 }),
    confirmed: fc.integer({ min: 0, max: 30 * 86_400 }),
    heartbeat: fc.option(fc.integer({ min: 60, max: 86_400 }), { nil: undefined }),
    warned: fc.option(fc.integer({ min: 0, max: 30 * 86_400 }), { nil: undefined }),
    kept: fc.option(fc.integer({ min: 0, max: 86_400 }), { nil: undefined }),
  })
  .map(({ life, confirmed, heartbeat, warned, kept }) => {
    const confirmedAt = after(openedAt, Math.min(confirmed, life));
    return aTask({
      ...{ ceiling: after(openedAt, life), confirmedAt, lastHeartbeatAt: confirmedAt },
      ...(warned !== undefined && { warnedAt: after(openedAt, warned) }),
      ...(kept !== undefined && { askBy: after(confirmedAt, kept) }),
      terms: heartbeat === undefined ? {} : { heartbeatSeconds: heartbeat },
    });
  });

describe('a task is due', () => {
  test('never after 80 % of the life of what was issued when it was confirmed', () => {
    fc.assert(
      fc.property(tasks, timing, share, (task, times, drawn) => {
        const due = dueAt(task, times, drawn);
        expect(due).toBeLessThanOrEqual(task.confirmedAt + times.tokenSeconds * 0.8);
      }),
    );
  });

  test('never after 80 % of the life of what is kept of its person', () => {
    fc.assert(
      fc.property(tasks, timing, share, fc.integer({ min: 60, max: 7_200 }), (task, times, drawn, kept) => {
        const due = dueAt({ ...task, askBy: after(task.confirmedAt, kept) }, times, drawn);
        expect(due).toBeLessThanOrEqual(task.confirmedAt + Math.min(kept, times.tokenSeconds) * 0.8);
      }),
    );
  });

  test('when it may be renewed, where nothing else was to be done, even by a sweep that looks ahead', () => {
    fc.assert(
      fc.property(timing, share, (times, drawn) => {
        const task = aTask({ ceiling: after(openedAt, 30 * 86_400) });
        const due = dueAt(task, times, drawn);
        expect(due).toBeGreaterThanOrEqual(Math.floor(openedAt + times.tokenSeconds * 0.6));
        expect(isToConfirm(task, times, after(due, -60))).toBe(true);
      }),
    );
  });

  test('for something that is to be done, even by a sweep that looks a minute ahead', () => {
    fc.assert(
      fc.property(tasks, timing, share, (task, times, drawn) => {
        const early = after(dueAt(task, times, drawn), -60);
        const done = [
          isToConfirm(task, times, early),
          isToWarn(task, early),
          endOf(task, [], early) !== undefined,
        ];
        expect(done).toContain(true);
      }),
    );
  });

  test('and what was opened together is spread over a fifth of that life', () => {
    const times = { tokenSeconds: 900, graceSeconds: 3_600 };
    const dues = Array.from({ length: 1_000 }, (_, index) => dueAt(aTask(), times, index / 1_000));
    expect([Math.min(...dues), Math.max(...dues)]).toEqual([openedAt + 540, openedAt + 719]);
    expect(new Set(dues).size).toBe(180);
  });
});

describe('of the ceiling somebody is warned', () => {
  const hours = (count: number) => after(openedAt, count * 3_600);
  // Confirmed always, so that nothing but the warning is due.
  const times = { tokenSeconds: 1_000_000, graceSeconds: 300 };

  test.each([
    ['of 3 hours', 3, 600],
    ['of 10 hours', 10, 1_800],
    ['of 12 minutes', 0.2, 360],
  ])('where the task is one %s', (_, life, ahead) => {
    const task = aTask({ ceiling: hours(life) });
    expect(dueAt(task, times, 0)).toBe(hours(life) - ahead);
    expect(isToWarn(task, after(hours(life), -ahead - 61))).toBe(false);
    expect(isToWarn(task, after(hours(life), -ahead - 60))).toBe(true);
  });

  test('once, and again where the ceiling was moved', () => {
    const warned = aTask({ ceiling: hours(3), warnedAt: after(hours(3), -600) });
    expect(isToWarn(warned, after(hours(3), -1))).toBe(false);
    expect(dueAt(warned, times, 0)).toBe(hours(3) + 60);
    const extended = { ...warned, ceiling: hours(6) };
    expect(isToWarn(extended, after(hours(6), -2_000))).toBe(false);
    expect(isToWarn(extended, after(hours(6), -1_080))).toBe(true);
  });
});

test('tokens are issued for as long as the grace allows, and never beyond the ceiling', () => {
  fc.assert(
    fc.property(tasks, timing, ({ confirmedAt, ceiling }, times) => {
      const until = goodUntil(confirmedAt, ceiling, times);
      expect(until).toBe(Math.min(ceiling, confirmedAt + times.tokenSeconds + times.graceSeconds));
    }),
  );
});

test('a right that was given never gets shorter, whatever the config says by the time of a renewal', () => {
  fc.assert(
    fc.property(tasks, timing, timing, ({ confirmedAt, ceiling }, before, now) => {
      const task = { ceiling, goodUntil: goodUntil(confirmedAt, ceiling, before) };
      const until = renewedUntil(task, after(confirmedAt, 600), now);
      expect(until).toBeGreaterThanOrEqual(task.goodUntil);
      expect(until).toBeGreaterThanOrEqual(goodUntil(after(confirmedAt, 600), ceiling, now));
      expect(until).toBeLessThanOrEqual(ceiling);
    }),
  );
});

test('what fails is tried again after half a minute at most, and each time later up to five minutes', () => {
  const longest = [1, 2, 3, 4, 5, 6, 100].map((failures) => backoffSeconds(failures, 0.999_999));
  expect(longest).toEqual([30, 60, 120, 240, 300, 300, 300]);
  const shortest = [1, 2, 3, 4, 5, 6, 100].map((failures) => backoffSeconds(failures, 0));
  expect(shortest).toEqual([15, 30, 60, 120, 150, 150, 150]);
});
