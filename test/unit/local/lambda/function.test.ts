import { mkdtempSync, writeFileSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../../local/clock.ts';
import { createFunction, type LambdaFunction } from '../../../../local/lambda/function.ts';
import { temporaryDirectoryInsidePackage } from '../../../support/run-directory.ts';

const clock = createVirtualClock();
const lines: string[] = [];
const instances: string[] = [];
let running: LambdaFunction[] = [];

interface Shape {
  readonly file?: string;
  readonly clocksAhead?: readonly number[];
  readonly timeoutSeconds?: number;
  readonly maxInstances?: number;
}

function start(
  code: string,
  { file = 'index.js', timeoutSeconds = 5, maxInstances = 2, clocksAhead = [] }: Shape = {},
): LambdaFunction {
  const taskRoot = mkdtempSync(join(temporaryDirectoryInsidePackage(), 'f-'));
  writeFileSync(join(taskRoot, file), code);
  const lambda = createFunction({
    definition: {
      label: 'Test',
      name: 'test',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
      taskRoot,
      handler: 'index.handler',
      roleArn: 'arn:aws:iam::000000000000:role/test',
      memoryMegabytes: 256,
      environment: { OWN: 'yes' },
      logGroup: '/aws/lambda/test',
      logFormat: 'JSON',
      logLevel: 'INFO',
      ...{ timeoutSeconds, maxInstances },
    },
    region: 'us-east-1',
    ...{ clock, clocksAhead },
    credentialsOf: (instance) => {
      instances.push(instance);
      return { AWS_SESSION_TOKEN: instance };
    },
    log: (line) => lines.push(line),
  });
  running.push(lambda);
  return lambda;
}

async function call(lambda: LambdaFunction, event: unknown = {}): Promise<unknown> {
  const outcome = await lambda.invoke(event);
  if (outcome.kind !== 'returned') return { [outcome.kind]: outcome.error.errorMessage };
  return JSON.parse(outcome.payload);
}

afterEach(async () => {
  await Promise.all(running.map((lambda) => lambda.stop()));
  running = [];
  lines.length = 0;
  instances.length = 0;
});

describe('a function on this machine', () => {
  it('loads CommonJS and ESM, whatever package surrounds the bundle', async () => {
    const body = 'async () => typeof require';
    expect(await call(start(`exports.handler = ${body}`))).toBe('function');
    expect(await call(start(`export const handler = ${body}`, { file: 'index.mjs' }))).toBe('undefined');
  });

  it('sees its own environment and nothing of the process around it', async () => {
    process.env['SURROUNDING'] = 'visible outside';
    const env = (await call(start('exports.handler = async () => process.env'))) as Record<string, string>;
    delete process.env['SURROUNDING'];
    expect(env).toMatchObject({ OWN: 'yes', AWS_REGION: 'us-east-1', AWS_LAMBDA_FUNCTION_NAME: 'test' });
    expect(env['AWS_SESSION_TOKEN']).toBe(instances[0]);
    expect(Object.keys(env).filter((name) => !/^(OWN|TZ|_HANDLER|LAMBDA_|AWS_)/.test(name))).toEqual([]);
  });

  it('shares what is compiled with the process around it', async () => {
    const asked = 'exports.handler = async () => require("node:module").getCompileCacheDir() ?? "none"';
    expect(await call(start(asked))).toBe(getCompileCacheDir() ?? 'none');
  });

  it('does not run between two events', async () => {
    const lambda = start('let ticks = 0; setInterval(() => ticks++, 5); exports.handler = async () => ticks');
    await call(lambda);
    const before = Number(await call(lambda));
    await wait(150);
    expect(Number(await call(lambda)) - before).toBeLessThanOrEqual(2);
  });

  it('tells the virtual time in every form of Date', async () => {
    const lambda = start(
      'exports.handler = async () => [Date.now(), +new Date(), Date.parse(Date()), new Date() instanceof Date, new Date(5).getTime()]',
    );
    await call(lambda);
    clock.advance(3600);
    const [now, made, spoken, isDate, fixed] = (await call(lambda)) as number[];
    clock.advance(-3600);
    for (const time of [now, made, spoken]) expect(Number(time) - Date.now()).toBeGreaterThan(3_500_000);
    expect([isDate, fixed]).toEqual([true, 5]);
  });

  it('has instances whose clocks are ahead or behind, each by as much as its turn has, and as much time left', async () => {
    const asked =
      'exports.handler = async (_, context) => [Date.now(), context.getRemainingTimeInMillis(), new Date().getTime()]';
    const lambda = start(asked, { clocksAhead: [120, -60] });
    const [ahead, behind] = await clock.standStill(async () => {
      const first = (await call(lambda)) as number[];
      lambda.crash(instances[0] ?? '');
      return [first, (await call(lambda)) as number[]];
    });
    expect(Number(ahead[0]) - Number(behind[0])).toBe(180_000);
    for (const [now, left, made] of [ahead, behind]) {
      expect(made).toBe(now);
      expect(left).toBeGreaterThan(3_000);
      expect(left).toBeLessThanOrEqual(5_000);
    }
    expect(Math.abs(Number(ahead[0]) - 120_000 - Date.now())).toBeLessThan(30_000);
  });

  it('tells the same time as long as the clock stands still, and goes on after', async () => {
    const lambda = start('exports.handler = async () => Date.now()');
    await call(lambda);
    const told = await clock.standStill(async () => {
      const first = await call(lambda);
      await wait(40);
      const second = await call(lambda);
      clock.advance(60);
      return [first, second, await call(lambda), clock.now()] as number[];
    });
    clock.advance(-60);
    const [first = 0, ...later] = told;
    expect(later).toEqual([first, first + 60_000, first + 60_000]);
    expect(Number(await call(lambda)) - first).toBeGreaterThanOrEqual(40);
  });

  it('reports what a handler throws, and serves on', async () => {
    const lambda = start(
      'exports.handler = async ({ bad }) => { if (bad) throw new TypeError("broken"); return 1 }',
    );
    expect(await call(lambda, { bad: true })).toEqual({ failed: 'broken' });
    expect(await call(lambda)).toBe(1);
    expect(instances).toHaveLength(1);
    expect(lines.join()).toContain('failed: TypeError: broken');
  });

  it('reports a bundle that does not load, and one without the handler', async () => {
    expect(await call(start('throw new Error("no such table")'))).toEqual({ 'init-failed': 'no such table' });
    expect(await call(start('exports.other = 1'))).toEqual({
      'init-failed': 'index.handler is undefined or not exported',
    });
  });

  it('ends an instance that takes too long, even in a busy loop, and goes on with another', async () => {
    const lambda = start('exports.handler = async ({ busy }) => { while (busy); return 1 }', {
      timeoutSeconds: 0.3,
      maxInstances: 1,
    });
    expect(await call(lambda, { busy: true })).toEqual({ 'timed-out': 'Task timed out after 0.30 seconds' });
    expect(await call(lambda)).toBe(1);
    expect(instances).toHaveLength(2);
  });

  it('loses the event of an instance that crashes, and only that', async () => {
    const lambda = start(
      'exports.handler = async ({ ms = 1 }) => { await new Promise((r) => setTimeout(r, ms)); return ms }',
      {
        maxInstances: 1,
      },
    );
    await call(lambda);
    const [lost, kept] = [call(lambda, { ms: 10_000 }), call(lambda, { ms: 2 })];
    lambda.crash(instances[0]!);
    expect(await lost).toEqual({ crashed: 'Runtime exited without providing a reason' });
    expect(await kept).toBe(2);
  });

  it('keeps what is written before the freeze', async () => {
    await call(
      start('exports.handler = async () => { console.log("one\\ntwo"); process.stderr.write("three\\n") }'),
    );
    expect(lines).toEqual(['one', 'two', 'three']);
  });

  it('queues 500 events over a few instances', async () => {
    const lambda = start('exports.handler = async ({ n }) => n', { maxInstances: 3 });
    const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => call(lambda, { n })));
    expect(answers).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(instances.length).toBeLessThanOrEqual(3);
  });

  it('refuses a reply of more than 6 MB', async () => {
    const lambda = start('exports.handler = async () => "x".repeat(7 * 1024 * 1024)');
    expect(JSON.stringify(await call(lambda))).toContain('exceeded maximum allowed payload size');
  });
});
