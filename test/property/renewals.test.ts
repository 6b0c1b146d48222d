import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoredTask } from '../../lambdas/ports/tasks.ts';
import { after } from '../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../lambdas/runtime/dependency.ts';
import { look } from '../../lambdas/tasks/look.ts';
import type { RefreshPorts } from '../../lambdas/tasks/ports.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';
import { capturedLog } from '../unit/http/captured-log.ts';
import { openedAt } from '../unit/tasks/a-task.ts';
import { aRefresher, aWorld, lookWhenDue, ofPerson, opened, stored } from './world-of-tasks.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(async () => {
  await tables.stop();
});

const dueOf = ({ terms, dueAt = openedAt }: StoredTask) => ({ id: terms.id, dueAt });
const unreachable = { kind: 'unreachable', what: 'identity provider', interaction: false } as const;

describe('a task that stands', () => {
  test('is good for a token and the grace again, and due before four fifths of a token are over', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const task = await opened(ports);
    expect(await lookWhenDue(world, ports, task.terms.id)).toEqual({ outcome: 'renewed', next: [] });
    const renewed = await stored(ports, task.terms.id);
    expect(renewed).toMatchObject({ confirmedAt: world.now, goodUntil: after(world.now, 4_500) });
    expect(renewed.dueAt).toBeGreaterThanOrEqual(after(world.now, 540));
    expect(renewed.dueAt).toBeLessThanOrEqual(after(world.now, 720));
    expect([renewed.lease, renewed.failure, world.told]).toEqual([undefined, undefined, []]);
    expect(world.audited).toMatchObject([{ event: 'task_renewed', taskId: task.terms.id }]);
  });

  test('keeps the roles that its person was confirmed with', async () => {
    const world = aWorld();
    world.answer = () => Promise.resolve({ kind: 'stands', roles: ['reader'] });
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports, { terms: ofPerson() });
    await lookWhenDue(world, ports, terms.id);
    const renewed = await stored(ports, terms.id);
    expect(renewed.roles).toEqual(['reader']);
  });

  test('is due before what is kept of its person ends, as long as their provider tells of an end', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports, { terms: ofPerson() });
    world.answer = () => Promise.resolve({ kind: 'stands', askBy: after(world.now, 300) });
    await lookWhenDue(world, ports, terms.id);
    const short = await stored(ports, terms.id);
    expect(short.askBy).toBe(after(world.now, 300));
    expect(short.dueAt).toBeLessThanOrEqual(after(world.now, 240));
    world.answer = () => Promise.resolve(unreachable);
    await capturedLog(() => lookWhenDue(world, ports, terms.id));
    const failing = await stored(ports, terms.id);
    expect(failing.askBy).toBe(short.askBy);
    expect(failing.dueAt).toBeGreaterThanOrEqual(after(world.now, 15));
    world.answer = () => Promise.resolve({ kind: 'stands' });
    await lookWhenDue(world, ports, terms.id);
    const long = await stored(ports, terms.id);
    expect(long.askBy).toBeUndefined();
    expect(long.dueAt).toBeGreaterThanOrEqual(after(world.now, 540));
  });

  test('is told of at each renewal where it wants to be, with an id of its own', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports, { terms: { delivery: { kind: 'events' } } });
    await lookWhenDue(world, ports, terms.id);
    await lookWhenDue(world, ports, terms.id);
    expect(world.told).toMatchObject([
      { event: 'TaskTokenRefreshed', taskId: terms.id },
      { event: 'TaskTokenRefreshed', taskId: terms.id, goodUntil: after(world.now, 4_500) },
    ]);
    expect(new Set(world.told.map(({ id }) => id)).size).toBe(2);
  });

  test('goes on though nobody can be told, and is renewed for those who want to hear of it', async () => {
    const world = aWorld();
    world.isDeaf = true;
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports, { terms: { delivery: { kind: 'events' } } });
    await capturedLog(() => lookWhenDue(world, ports, terms.id));
    const heard = await stored(ports, terms.id);
    expect(heard).toMatchObject({ confirmedAt: openedAt, goodUntil: after(world.now, 4_500) });
    expect(heard.dueAt).toBeLessThanOrEqual(after(world.now, 30));
    world.isDeaf = false;
    await lookWhenDue(world, ports, terms.id);
    expect(world.told).toMatchObject([{ event: 'TaskTokenRefreshed' }]);
  });

  test('is warned of its ceiling once, though what it rests on need not be asked then', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const confirmedAt = after(openedAt, 3 * 3_600 - 700);
    const { terms, ceiling } = await opened(ports, { confirmedAt, dueAt: after(confirmedAt, 100) });
    await lookWhenDue(world, ports, terms.id);
    expect(world.told).toMatchObject([{ event: 'TaskEnding', reason: 'ceiling_near', ceiling }]);
    expect([world.asked, await stored(ports, terms.id)]).toMatchObject([[], { confirmedAt }]);
    await lookWhenDue(world, ports, terms.id);
    expect(world.told.filter(({ event }) => event === 'TaskEnding')).toHaveLength(1);
  });
});

describe('a task is renewed once', () => {
  test('however many look at it', async () => {
    const world = aWorld();
    const refreshers = Array.from({ length: 10 }, () => aRefresher(world, tables));
    const [first = aRefresher(world, tables)] = refreshers;
    const task = await opened(first);
    world.now = after(openedAt, 600);
    const looked = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        look(refreshers[index % 10] ?? first, dueOf(task), randomUUID()),
      ),
    );
    expect(looked.filter(({ outcome }) => outcome === 'renewed')).toHaveLength(1);
    expect(world.asked).toHaveLength(1);
    expect((await stored(first, task.terms.id)).version).toBe(1);
  });

  test('each of five hundred times that two look at it at once', async () => {
    const world = aWorld();
    const [one, other] = [aRefresher(world, tables), aRefresher(world, tables)];
    const { terms } = await opened(one, { ceiling: after(openedAt, 500 * 900) });
    for (let times = 1; times <= 500; times += 1) {
      const task = await stored(one, terms.id);
      world.now = task.dueAt ?? openedAt;
      await Promise.all([one, other].map((ports) => look(ports, dueOf(task), randomUUID())));
      expect(world.asked).toHaveLength(times);
    }
    expect(await stored(one, terms.id)).toMatchObject({ version: 500, confirmedAt: world.now });
  });

  test('by workers that are interrupted anywhere, come back, and meet others, their clocks minutes apart', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ skew: fc.integer({ min: -120, max: 120 }), diesAfter: fc.integer({ min: 0, max: 7 }) }),
          { minLength: 2, maxLength: 6 },
        ),
        async (workers) => {
          const world = aWorld();
          const calm = aRefresher(world, tables);
          const task = await opened(calm);
          world.now = after(openedAt, 600);
          let renewed = 0;
          world.answer = () => {
            renewed += 1;
            return Promise.resolve({ kind: 'stands' });
          };
          await capturedLog(() =>
            Promise.all(
              workers.map(({ skew, diesAfter }) =>
                look(mortal(aRefresher(world, tables, skew), diesAfter), dueOf(task), randomUUID()).catch(
                  () => undefined,
                ),
              ),
            ),
          );
          // Nobody asked twice: who died with the lease keeps it until it is over.
          expect(renewed).toBeLessThanOrEqual(1);
          world.now = after(world.now, 300 + 240);
          await look(calm, dueOf(task), randomUUID());
          const settled = await stored(calm, task.terms.id);
          expect(settled.lease).toBeUndefined();
          expect(settled.dueAt).toBeGreaterThan(after(openedAt, 600));
          expect(settled.confirmedAt).toBeGreaterThan(openedAt);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('and whoever took too long finds that it is not theirs to write any more', async () => {
    const world = aWorld();
    const [slow, quick] = [aRefresher(world, tables), aRefresher(world, tables)];
    const task = await opened(slow);
    world.now = after(openedAt, 600);
    let goOn = (): void => undefined;
    const waits = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const asking = new Promise<void>((resolve) => {
      world.answer = async () => {
        resolve();
        await waits;
        return { kind: 'stands' };
      };
    });
    const late = look(slow, dueOf(task), randomUUID());
    await asking;
    world.answer = () => Promise.resolve({ kind: 'stands' });
    world.now = after(world.now, 301);
    expect(await look(quick, dueOf(task), randomUUID())).toMatchObject({ outcome: 'renewed' });
    const quickly = await stored(quick, task.terms.id);
    goOn();
    expect(await late).toMatchObject({ outcome: 'taken' });
    expect(await stored(quick, task.terms.id)).toEqual(quickly);
  });
});

describe('what a task rests on that cannot be asked', () => {
  test('leaves it what it holds, is told once, and is asked again a little later each time', async () => {
    const world = aWorld();
    world.answer = () => Promise.resolve(unreachable);
    const ports = aRefresher(world, tables);
    const { terms, goodUntil } = await opened(ports);
    const waits: number[] = [];
    for (let count = 1; count <= 6; count += 1) {
      expect(await lookWhenDue(world, ports, terms.id)).toEqual({ outcome: 'failed', next: [] });
      const failed = await stored(ports, terms.id);
      expect(failed).toMatchObject({ goodUntil, confirmedAt: openedAt, failure: { count } });
      waits.push((failed.dueAt ?? 0) - world.now);
    }
    expect(waits.every((wait, index) => wait <= Math.min(300, 30 * 2 ** index) && wait >= 15)).toBe(true);
    expect(world.told).toMatchObject([{ event: 'TaskFailed', reason: 'identity provider', goodUntil }]);
    world.answer = () => Promise.resolve({ kind: 'stands' });
    await lookWhenDue(world, ports, terms.id);
    expect((await stored(ports, terms.id)).failure).toBeUndefined();
  });

  test('ends it once it holds nothing any more, and not by a single failure after a long silence', async () => {
    const world = aWorld();
    world.answer = () => Promise.resolve(unreachable);
    const ports = aRefresher(world, tables);
    const { terms, goodUntil } = await opened(ports);
    world.now = after(goodUntil, 60);
    const outcomes = [];
    for (let tries = 0; tries < 3; tries += 1)
      outcomes.push((await lookWhenDue(world, ports, terms.id)).outcome);
    expect(outcomes).toEqual(['failed', 'failed', 'ended']);
    expect(await stored(ports, terms.id)).toMatchObject({
      ended: { at: world.now, reason: 'idp_unreachable', detail: 'identity provider' },
    });
    expect(world.told.map(({ event }) => event)).toEqual(['TaskFailed', 'TaskEnded']);
  });

  test('has somebody act where the provider wants to see the person', async () => {
    const world = aWorld();
    world.answer = () => Promise.resolve({ ...unreachable, interaction: true });
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports, { terms: ofPerson() });
    await lookWhenDue(world, ports, terms.id);
    await lookWhenDue(world, ports, terms.id);
    expect(world.told).toMatchObject([
      { event: 'TaskFailed', interaction: true },
      { event: 'TaskFailed', interaction: true },
    ]);
    expect(new Set(world.told.map(({ id }) => id)).size).toBe(1);
  });

  test('and the store itself: the lease is given back, and nobody waits for it to be over', async () => {
    const world = aWorld();
    world.answer = () => Promise.reject(new DependencyUnavailable('DynamoDB', { cause: 'throttled' }));
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports);
    await capturedLog(async () => {
      expect(await lookWhenDue(world, ports, terms.id)).toMatchObject({ outcome: 'failed' });
    });
    const failed = await stored(ports, terms.id);
    expect(failed).toMatchObject({ failure: { count: 1, reason: 'DynamoDB is unavailable' } });
    expect(failed.lease).toBeUndefined();
  });

  test('and a defect of ours, of which nothing is told but where it is logged', async () => {
    const world = aWorld();
    world.answer = () => Promise.reject(new Error('canary'));
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports);
    const [record] = await capturedLog(() => lookWhenDue(world, ports, terms.id));
    expect(record).toMatchObject({ message: 'defect', taskId: terms.id });
    const failed = await stored(ports, terms.id);
    expect(failed.failure?.reason).toMatch(/^it failed here, as [\w-]{36} in our log$/);
  });
});

class Died extends Error {}

/** Ends before or after one of its calls, and never comes back. */
function mortal(ports: RefreshPorts, calls: number): RefreshPorts {
  let left = calls;
  const until = <Reply>(call: () => Promise<Reply>): Promise<Reply> => {
    if ((left -= 1) < 0) return Promise.reject(new Died());
    return call().then((reply) => {
      if ((left -= 1) < 0) throw new Died();
      return reply;
    });
  };
  const { tasks } = ports;
  return {
    ...ports,
    tasks: {
      ...tasks,
      lease: (...of) => until(() => tasks.lease(...of)),
      find: (...of) => until(() => tasks.find(...of)),
      settle: (...of) => until(() => tasks.settle(...of)),
    },
    confirm: (...of) => until(() => ports.confirm(...of)),
  };
}
