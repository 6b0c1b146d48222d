import { afterEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../../../local/iam/policy.ts';
import type { Outcome } from '../../../../local/lambda/instance.ts';
import { readExpression } from '../../../../local/scheduler/expression.ts';
import { createSchedules, type Schedules } from '../../../../local/scheduler/schedules.ts';

const [role, daily] = ['arn:aws:iam::1:role/scheduler', 'arn:aws:lambda:us-east-1:1:function:daily'];
const queue = 'arn:aws:sqs:us-east-1:1:dead';
const midnight = Date.UTC(2027, 0, 1);
const hours = (count: number): number => midnight + count * 3_600_000;
const returned: Outcome = { kind: 'returned', payload: 'null' };
const failed: Outcome = { kind: 'failed', error: { errorType: 'Error', errorMessage: 'no' } };

interface World {
  readonly schedules: Schedules;
  readonly setTime: (milliseconds: number) => void;
  readonly invocations: readonly { readonly event: unknown; readonly requestId: string }[];
  readonly dead: () => readonly string[];
  readonly log: readonly string[];
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function aWorld(
  options: { outcomes?: readonly Outcome[]; allowed?: readonly string[]; absent?: true } = {},
): World {
  const { outcomes = [], allowed = ['lambda:InvokeFunction', 'sqs:SendMessage'] } = options;
  const invocations: { event: unknown; requestId: string }[] = [];
  const log: string[] = [];
  const dead: string[] = [];
  let time = midnight;
  const schedules = createSchedules({
    now: () => time,
    invoke: (_arn, event, requestId) => {
      if (options.absent) return undefined;
      invocations.push({ event, requestId });
      return Promise.resolve(outcomes[invocations.length - 1] ?? returned);
    },
    authorize: (_role, action): Decision =>
      allowed.includes(action) ? 'allowed' : { denied: 'because no identity-based policy allows it' },
    deliver: (arn, body) => {
      if (arn === queue) dead.push(body);
      return Promise.resolve();
    },
    log: (line) => log.push(line),
  });
  stops.push(schedules.stop);
  schedules.add({
    ...{ name: 'daily', functionArn: daily, roleArn: role, input: '{"schedule":"daily"}' },
    ...{ nextRun: readExpression('cron(17 3 * * ? *)', 'UTC'), deadLetterArn: queue },
  });
  return {
    ...{ schedules, invocations, log },
    setTime: (milliseconds) => {
      time = milliseconds;
    },
    dead: () => dead,
  };
}

describe('a schedule', () => {
  it('runs when its time has come, with its input, and once however long the clock has jumped', async () => {
    const { schedules, invocations, setTime } = aWorld();
    setTime(hours(3));
    await schedules.settle();
    expect(invocations).toEqual([]);
    setTime(hours(3.5));
    await schedules.settle();
    await schedules.settle();
    expect(invocations.map(({ event }) => event)).toEqual([{ schedule: 'daily' }]);
    setTime(hours(24 * 90));
    await schedules.settle();
    expect(invocations).toHaveLength(2);
  });

  it('is tried three times in all under one request id', async () => {
    const { schedules, invocations, setTime, log, dead } = aWorld({ outcomes: [failed, failed, failed] });
    setTime(hours(4));
    await schedules.settle();
    expect(invocations).toHaveLength(3);
    expect(new Set(invocations.map(({ requestId }) => requestId)).size).toBe(1);
    expect(log).toEqual(['the schedule daily gave up: its function failed 3 times']);
    expect(dead()).toEqual([]);
  });

  it('whose role may not invoke is kept as a dead letter, and says what is missing', async () => {
    const { schedules, invocations, setTime, log, dead } = aWorld({ allowed: ['sqs:SendMessage'] });
    setTime(hours(4));
    await schedules.settle();
    expect(invocations).toEqual([]);
    expect(dead()).toEqual(['{"schedule":"daily"}']);
    expect(log.join()).toContain('its role may not lambda:InvokeFunction');
  });

  it('without its function is kept as a dead letter, where its role may send one', async () => {
    const world = aWorld({ absent: true });
    world.setTime(hours(4));
    await world.schedules.settle();
    expect(world.dead()).toHaveLength(1);
    const mute = aWorld({ absent: true, allowed: ['lambda:InvokeFunction'] });
    mute.setTime(hours(4));
    await mute.schedules.settle();
    expect(mute.dead()).toEqual([]);
    expect(mute.log.join()).toContain('may not sqs:SendMessage');
  });
});

describe('the expression of a schedule', () => {
  it('is one of cron as AWS writes it', () => {
    const next = readExpression('cron(0 12 ? * MON-FRI *)', 'UTC');
    // The first of January 2027 is a Friday.
    expect(next(hours(13))).toBe(hours(12 + 3 * 24));
    expect(readExpression('cron(30 1 1 1 ? 2026)', 'UTC')(midnight)).toBeUndefined();
  });

  it('is one of a rate, which is kept however often it is asked for', () => {
    const next = readExpression('rate(5 minutes)', 'UTC');
    expect([next(midnight - 1), next(midnight), next(midnight + 299_999)]).toEqual([
      midnight,
      midnight + 300_000,
      midnight + 300_000,
    ]);
    expect(readExpression('rate(1 minute)', 'UTC')(midnight)).toBe(midnight + 60_000);
    expect(readExpression('rate(1 hour)', 'UTC')(midnight)).toBe(hours(1));
    expect(readExpression('rate(1 day)', 'UTC')(midnight)).toBe(hours(24));
  });

  it('is refused where it would mean another thing here', () => {
    for (const expression of [
      'rate(1 days)',
      'rate(5 minute)',
      'rate(0 minutes)',
      'rate(1 week)',
      'at(2027-01-01T00:00:00)',
      'cron(0 12 * * *)',
      'cron(0 0 ? * 1 *)',
    ]) {
      expect(() => readExpression(expression, 'UTC'), expression).toThrow('the local run knows');
    }
  });
});
