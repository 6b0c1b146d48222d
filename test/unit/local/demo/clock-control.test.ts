import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../../local/clock.ts';
import { startClockControl } from '../../../../local/demo/clock-control.ts';
import type { RunningServer } from '../../../../local/demo/http.ts';

const clock = createVirtualClock();
const started = clock.now();
/** By how many minutes the run was ahead each time that what was due was done. */
const settled: number[] = [];
const log: string[] = [];
let control: RunningServer;

beforeAll(async () => {
  const settle = async (): Promise<void> => {
    const minute = Math.floor((clock.now() - started) / 60_000);
    await setTimeout(20);
    settled.push(minute);
    // Nobody has moved the clock meanwhile.
    expect(Math.floor((clock.now() - started) / 60_000)).toBe(minute);
  };
  control = await startClockControl({ clock, settle }, (line) => log.push(line));
});
afterAll(() => control.stop());

const ask = (init?: RequestInit): Promise<Response> => fetch(`http://127.0.0.1:${control.port}/`, init);
const pass = (minutes: string): Promise<Response> =>
  ask({ method: 'POST', body: new URLSearchParams({ minutes }) });

describe('the clock of a run that may be moved', () => {
  it('moves minute by minute, and what is due is done in each', async () => {
    const answer = await pass('3');
    expect(await answer.json()).toEqual({ ahead_seconds: 180 });
    expect(settled).toEqual([1, 2, 3]);
    expect(await (await ask()).json()).toEqual({ ahead_seconds: 180 });
  });

  it('lets the time pass that each of two asks for, one after the other', async () => {
    const answers = await Promise.all([pass('2'), pass('2')]);
    expect(await Promise.all(answers.map((each) => each.json()))).toContainEqual({ ahead_seconds: 420 });
    expect(settled.slice(3)).toEqual([4, 5, 6, 7]);
    expect(log).toEqual([]);
  });

  it.each(['', '0', '-5', '1.5', 'an hour', '1441'])('does not move by %j minutes', async (minutes) => {
    expect((await pass(minutes)).status).toBe(400);
    expect(await (await ask()).json()).toEqual({ ahead_seconds: 420 });
  });
});
