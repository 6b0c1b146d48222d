import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { after } from '../../../lambdas/runtime/clock.ts';
import { endOf } from '../../../lambdas/tasks/ends.ts';
import { skewSeconds } from '../../../lambdas/tasks/skew.ts';
import { aTask, openedAt, taskId } from './a-task.ts';

const at = (seconds: number) => after(openedAt, seconds);

describe('a task is over', () => {
  test('from its ceiling on, and not a second before', () => {
    const task = aTask({ ceiling: at(3_600) });
    expect(endOf(task, [], at(3_599))).toBeUndefined();
    expect(endOf(task, [], at(3_600))).toEqual({ at: at(3_600), reason: 'ceiling_reached' });
    expect(endOf(task, [], at(9_000))).toEqual({ at: at(3_600), reason: 'ceiling_reached' });
  });

  test('once it was silent for longer than it may be', () => {
    const task = aTask({ lastHeartbeatAt: at(100), terms: { heartbeatSeconds: 300 } });
    expect(endOf(task, [], at(400 + skewSeconds))).toBeUndefined();
    expect(endOf(task, [], at(401 + skewSeconds))).toEqual({ at: at(400), reason: 'heartbeat_lost' });
  });

  test('of silence never, by any clock that is right within two minutes, while it is heard of in time', () => {
    const clock = fc.integer({ min: -120, max: 120 });
    const interval = fc.integer({ min: 60, max: 86_400 });
    fc.assert(
      fc.property(clock, clock, interval, fc.nat(86_400), (heardBy, askedOf, heartbeatSeconds, passed) => {
        const task = aTask({ lastHeartbeatAt: at(heardBy), terms: { heartbeatSeconds }, ceiling: at(9e6) });
        const end = endOf(task, [], at(passed + askedOf));
        if (passed <= heartbeatSeconds) expect(end).toBeUndefined();
        if (passed > heartbeatSeconds + 2 * skewSeconds) expect(end?.reason).toBe('heartbeat_lost');
      }),
    );
  });

  test('by what could be found first, however late it is found', () => {
    const silent = aTask({ ceiling: at(3_600), terms: { heartbeatSeconds: 300 } });
    expect(endOf(silent, [], at(9_000))).toEqual({ at: at(300), reason: 'heartbeat_lost' });
    const heard = aTask({ ceiling: at(3_600), lastHeartbeatAt: at(3_500), terms: { heartbeatSeconds: 300 } });
    expect(endOf(heard, [], at(9_000))).toEqual({ at: at(3_600), reason: 'ceiling_reached' });
    const both = aTask({ ceiling: at(3_600), lastHeartbeatAt: at(3_200), terms: { heartbeatSeconds: 300 } });
    for (const found of [3_600, 3_740, 9_000]) {
      expect(endOf(both, [], at(found))).toEqual({ at: at(3_600), reason: 'ceiling_reached' });
    }
  });

  test('as it was written down, whatever else is true by now', () => {
    const ended = { at: at(5_000), reason: 'completed' } as const;
    const task = aTask({ ceiling: at(3_600), ended, terms: { heartbeatSeconds: 300 } });
    expect(endOf(task, [], at(9_000))).toEqual(ended);
    expect(endOf(task, [], at(10))).toEqual(ended);
  });
});

describe('what ends a task above ends it', () => {
  const [root, middle] = [taskId('root'), taskId('middle')];
  const child = aTask({ terms: { ancestors: [root, middle] } });
  const above = (differences: Parameters<typeof aTask>[0] = {}) => [
    aTask({ terms: { id: middle, ancestors: [root] } }),
    aTask({ ...differences, terms: { ...differences.terms, id: root } }),
  ];

  test('for its reason, and names it', () => {
    expect(endOf(child, above(), at(600))).toBeUndefined();
    const ended = { at: at(500), reason: 'agent_disabled', detail: 'by an operator' } as const;
    expect(endOf(child, above({ ended }), at(600))).toEqual({ ...ended, of: root });
  });

  test('though nobody has written it down there', () => {
    expect(endOf(child, above({ ceiling: at(500) }), at(600))).toEqual({
      ...{ at: at(500), reason: 'ceiling_reached', of: root },
    });
    const silent = above({ terms: { heartbeatSeconds: 300 } });
    expect(endOf(child, silent, at(300 + skewSeconds + 1))).toEqual({
      at: at(300),
      reason: 'heartbeat_lost',
      of: root,
    });
  });

  test('and of several it names the one where it began', () => {
    const ended = { at: at(500), reason: 'revoked' } as const;
    const tasks = [
      aTask({ ended: { ...ended, of: root }, terms: { id: middle, ancestors: [root] } }),
      aTask({ ended, terms: { id: root } }),
    ];
    expect(endOf(child, tasks, at(600))).toEqual({ ...ended, of: root });
  });

  test('where it was earlier than its own', () => {
    const own = aTask({ ceiling: at(400), terms: { ancestors: [root, middle] } });
    expect(endOf(own, above({ ceiling: at(500) }), at(600))).toEqual({
      ...{ at: at(400), reason: 'ceiling_reached' },
    });
    expect(endOf(own, above({ ceiling: at(400) }), at(600))).toMatchObject({ at: at(400), of: root });
  });

  test('and one above that is not kept any more has been taken away', () => {
    expect(endOf(child, above().slice(0, 1), at(600))).toEqual({ at: at(600), reason: 'revoked', of: root });
  });
});
