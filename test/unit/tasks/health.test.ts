import { describe, expect, test } from 'vitest';
import { after } from '../../../lambdas/runtime/clock.ts';
import { healthOf } from '../../../lambdas/tasks/health.ts';
import { aTask, openedAt, taskId } from './a-task.ts';

const at = (seconds: number) => after(openedAt, seconds);
const failure = { count: 2, since: at(600), reason: 'company is down' };

describe('a task is', () => {
  test('well while it is looked at in time', () => {
    expect(healthOf(aTask({ dueAt: at(600) }), [], at(780))).toEqual({ kind: 'well' });
  });

  test('late once it should have been looked at minutes ago', () => {
    expect(healthOf(aTask({ dueAt: at(600) }), [], at(781))).toEqual({ kind: 'late', seconds: 181 });
  });

  test('failing, with the moment at which it ends of that before its ceiling', () => {
    const [goodUntil, ceiling] = [at(4_500), at(9_000)];
    const endsEarly = healthOf(aTask({ failure, goodUntil, ceiling }), [], at(900));
    expect(endsEarly).toEqual({ kind: 'failing', endsAt: goodUntil });
    const toItsCeiling = healthOf(aTask({ failure, goodUntil: ceiling, ceiling }), [], at(900));
    expect(toItsCeiling).toEqual({ kind: 'failing' });
  });

  test('failing, and ends not sooner for it, while its tokens alone cannot be delivered', () => {
    const undelivered = { ...failure, reason: 'delivery: secret_gone' };
    const task = aTask({ failure: undelivered, goodUntil: at(4_500), ceiling: at(9_000) });
    expect(healthOf(task, [], at(900))).toEqual({ kind: 'failing' });
  });

  test('ending once its ceiling was warned of, and well again when that has moved', () => {
    const task = aTask({ ceiling: at(10_800), warnedAt: at(10_200), dueAt: at(10_860) });
    expect(healthOf(task, [], at(10_300))).toEqual({ kind: 'ending' });
    expect(healthOf({ ...task, ceiling: at(20_000) }, [], at(10_300))).toEqual({ kind: 'well' });
  });

  test('over, whatever else it is, by itself or by what is above it', () => {
    const parent = aTask({ terms: { id: taskId('parent') }, ceiling: at(300) });
    const child = aTask({ failure, terms: { ancestors: [taskId('parent')] } });
    expect(healthOf(child, [parent], at(299))).toMatchObject({ kind: 'failing' });
    expect(healthOf(child, [parent], at(300))).toEqual({
      kind: 'over',
      end: { at: at(300), reason: 'ceiling_reached', of: taskId('parent') },
    });
  });
});
