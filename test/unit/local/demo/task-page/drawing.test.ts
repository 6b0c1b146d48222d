import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawing } from '../../../../../local/demo/task-page/drawing.ts';
import type { ShownTask } from '../../../../../local/demo/task-page/shown-tasks.ts';
import { minute, now, shownTask } from './a-shown-task.ts';

const svg = (...tasks: readonly ShownTask[]): string => drawing({ tasks, now, isMore: false }).html;

/** The bars of the drawing, by what they are of. */
function bars(text: string): ReadonlyMap<string, { readonly x: number; readonly width: number }> {
  const found = text.matchAll(/class="bar (\w+)"\s+x="([\d.]+)"\s+y="\d+"\s+width="([\d.]+)"/g);
  return new Map([...found].map(([, of = '', x, width]) => [of, { x: Number(x), width: Number(width) }]));
}

/** How often each mark is drawn. */
function marks(text: string) {
  const count = (path: RegExp): number => [...text.matchAll(path)].length;
  return {
    renewed: count(/<circle class="mark filled"/g),
    failed: count(/<path class="mark failed"/g),
    warned: count(/<path class="mark warned"/g),
    next: count(/<circle class="mark hollow"/g),
    end: count(/<rect class="mark filled"/g),
  };
}

const nowAt = (text: string): number => Number(/class="now" x1="([\d.]+)"/.exec(text)?.[1]);
const told = (kind: ShownTask['happenings'][number]['kind'], minutesAgo: number) => ({
  ...{ taskId: 'a'.repeat(22), kind, at: now - minutesAgo * minute },
});

describe('the drawing of tasks', () => {
  it('has a bar from the opening to this moment, and what may follow to the ceiling', () => {
    const text = svg(shownTask({ ceiling: now + 20 * minute }));
    const [past, ahead] = [bars(text).get('well')!, bars(text).get('ahead')!];
    expect(past.x).toBe(40);
    expect(past.x + past.width).toBeCloseTo(nowAt(text), -1);
    expect(ahead.x).toBe(nowAt(text));
    expect(past.width / ahead.width).toBeCloseTo(3, 1);
  });

  it('marks each renewal, each failure, the warning and the next refresh', () => {
    const happenings = [
      told('opened', 60),
      told('renewed', 50),
      told('renewed', 40),
      told('failed', 30),
      told('warned', 5),
    ];
    const text = svg(shownTask({ happenings }));
    expect(marks(text)).toEqual({ renewed: 2, failed: 1, warned: 1, next: 1, end: 0 });
  });

  it('ends the bar of one that is over where it ended, with the reason, and nothing is ahead of it', () => {
    const ended = { reason: 'ceiling_reached', at: now - 30 * minute, detail: undefined };
    const text = svg(shownTask(), shownTask({ ended, health: 'over', happenings: [told('ended', 30)] }));
    expect(bars(text).get('over')!.width).toBeCloseTo(bars(text).get('well')!.width / 2, -1);
    expect(marks(text)).toMatchObject({ next: 1, end: 1 });
    expect(text).toContain('over at 11:30: ceiling_reached');
  });

  it('says in words how each is, so that no colour has to', () => {
    const failing = shownTask({
      health: 'failing',
      failure: { reason: 'identity provider demo' },
      endsAt: now + 9 * minute,
    });
    expect(svg(failing)).toContain('failing: identity provider demo; ends 12:09');
    expect(svg(shownTask({ health: 'late', lateSeconds: 200 }))).toContain('late by 4 min');
    expect(svg(shownTask({ person: 'Alice Adams' }))).toContain(
      'Scan the accounts – planner for Alice Adams',
    );
  });

  it('shows no more than a day back, and days where it spans two', () => {
    const text = svg(shownTask({ openedAt: now - 3 * 24 * 60 * minute }));
    expect(bars(text).get('well')!.x).toBe(40);
    expect(text).toContain('12-31 ');
    expect(
      marks(svg(shownTask({ openedAt: now - 3 * 24 * 60 * minute, happenings: [told('renewed', 2_000)] })))
        .renewed,
    ).toBe(0);
  });

  it('has what an agent wrote as text, whatever that is', () => {
    const text = svg(shownTask({ purpose: '</text><script>alert(1)</script>"\'&' }));
    expect(text).toContain('&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
    expect(text).not.toContain('<script');
  });

  it('draws nothing beside its ground, whatever the times are', () => {
    const time = fc
      .integer({ min: -10 * 24 * 60, max: 10 * 24 * 60 })
      .map((minutes) => now + minutes * minute);
    fc.assert(
      fc.property(time, time, time, fc.boolean(), (openedAt, ceiling, at, isOver) => {
        const ended = isOver ? { reason: 'revoked', at, detail: undefined } : undefined;
        const happenings = [{ taskId: 'a', kind: 'renewed', at } as const];
        const text = svg(shownTask({ openedAt, ceiling, ended, happenings, nextRefreshAt: at }));
        for (const { x, width } of bars(text).values()) {
          expect(x).toBeGreaterThanOrEqual(40);
          expect(x + width).toBeLessThanOrEqual(1_042);
        }
        for (const [, x] of text.matchAll(/translate\(([\d.]+) /g))
          expect(Number(x)).toBeLessThanOrEqual(1_040);
        expect(text).not.toContain('NaN');
      }),
    );
  });
});
