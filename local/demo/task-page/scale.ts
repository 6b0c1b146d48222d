import type { ShownTask } from './shown-tasks.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What the drawing spans. Milliseconds. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Nobody sees minutes beside days. */
const longestPast = day;
const [shortestPast, shortestAhead] = [10 * minute, 15 * minute];
const steps = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440].map((minutes) => minutes * minute);
const mostTicks = 8;

/** From where the oldest began to a while after now: no further than the last of them may go on, and no longer than half of what was. */
export function spanOf(tasks: readonly ShownTask[], now: number): Span {
  const oldest = Math.min(now - shortestPast, ...tasks.map(({ openedAt }) => openedAt));
  const from = Math.max(oldest, now - longestPast);
  const last = Math.max(...tasks.map(({ ended, ceiling }) => ended?.at ?? ceiling), now);
  const ahead = Math.max(shortestAhead, Math.min((now - from) / 2, last - now));
  return { from, until: now + ahead };
}

/** Round times within it, as far apart as they can be read. */
export function ticksOf({ from, until }: Span): readonly number[] {
  const step = steps.find((each) => (until - from) / each <= mostTicks) ?? day;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((until - first) / step) + 1 }, (_, index) => first + index * step);
}

/** `09:46`, and the day before it where that is another than today's, or the span has more than one. */
export function timeIn({ from, until }: Span, at: number): string {
  const [date = '', time = ''] = written(at);
  const days = new Set([date, ...[from, until].map((each) => written(each)[0])]);
  return days.size === 1 ? time : `${date.slice(5)} ${time}`;
}

function written(at: number): readonly string[] {
  return new Date(at).toISOString().slice(0, 16).split('T');
}
