import { describe, expect, it } from 'vitest';
import { timeIn } from '../../../../../local/demo/task-page/scale.ts';
import { minute, now } from './a-shown-task.ts';

const hour = 60 * minute;

describe('a time on the page of tasks', () => {
  it.each([
    ['of the day that the drawing is of', { from: now - hour, until: now + hour }, now, '12:00'],
    ['of another day has its day', { from: now - hour, until: now + hour }, now + 72 * hour, '01-04 12:00'],
    ['on a drawing of several days has its day', { from: now - 20 * hour, until: now }, now, '01-01 12:00'],
  ])('%s', (_, span, at, written) => {
    expect(timeIn(span, at)).toBe(written);
  });
});
