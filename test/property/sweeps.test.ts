import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamoDueTasks } from '../../lambdas/adapters/dynamodb/due-tasks.ts';
import type { TaskMessage } from '../../lambdas/ports/task-work.ts';
import type { StoredTask } from '../../lambdas/ports/tasks.ts';
import { after, type Instant } from '../../lambdas/runtime/clock.ts';
import type { TaskId } from '../../lambdas/runtime/identifiers.ts';
import type { Due, RefreshPorts } from '../../lambdas/tasks/ports.ts';
import { sweep, type SweepMemory, type SweepPorts } from '../../lambdas/tasks/sweep.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';
import { openedAt } from '../unit/tasks/a-task.ts';
import { aRefresher, aWorld, lookWhenDue, opened, type World } from './world-of-tasks.ts';

let tables: TestTables | undefined;
let ports: RefreshPorts;
let world: World;
beforeEach(async () => {
  await tables?.stop();
  tables = await startTables();
  world = aWorld();
  ports = aRefresher(world, tables);
});
afterAll(async () => {
  await tables?.stop();
});

interface Sent {
  readonly at: Instant;
  readonly message: TaskMessage;
}

/** One instance of the sweep, and what it has sent. */
function aSweep(differences: { readonly mostWaiting?: number; readonly takes?: () => boolean } = {}): {
  readonly run: () => Promise<void>;
  readonly sent: Sent[];
  readonly waiting: { messages: number };
} {
  const sent: Sent[] = [];
  const waiting = { messages: 0 };
  const memory: SweepMemory = { sent: new Map() };
  const { mostWaiting = 5_000, takes = () => true } = differences;
  if (tables === undefined) throw new Error('there are no tables');
  const sweeping: SweepPorts = {
    due: dynamoDueTasks({ client: tables.client(), table: tables.grants }),
    queue: {
      send: (messages) => {
        const refused = messages.filter(() => !takes());
        for (const message of messages) {
          if (!refused.includes(message)) sent.push({ at: world.now, message });
        }
        return Promise.resolve(refused);
      },
      waiting: () => Promise.resolve(waiting.messages),
    },
    ...{ mostWaiting, memory, clock: () => world.now },
    audit: (event) => {
      world.audited.push(event);
    },
  };
  return { run: () => sweep(sweeping, randomUUID()), sent, waiting };
}

const tasksOf = (sent: readonly Sent[]): readonly Due[] => sent.flatMap(({ message }) => message.tasks);
const idsOf = (sent: readonly Sent[]): readonly TaskId[] => tasksOf(sent).map(({ id }) => id);

async function many(
  count: number,
  of: (index: number) => Parameters<typeof opened>[1],
): Promise<StoredTask[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => opened(ports, of(index))));
}

/** Each minute until then. */
async function sweepUntil(end: Instant, { run }: { readonly run: () => Promise<void> }): Promise<void> {
  for (; world.now < end; world.now = after(world.now, 60)) await run();
}

describe('a sweep', () => {
  test('sends what is due within a minute, the most urgent first, and twenty in a message', async () => {
    const due = await many(50, (index) => ({
      dueAt: after(openedAt, index),
      goodUntil: after(openedAt, 9_000 - ((index * 37) % 50)),
    }));
    const later = await opened(ports, { dueAt: after(openedAt, 1_000) });
    const sweeping = aSweep();
    await sweeping.run();
    const urgent = [...due].sort((one, other) => one.goodUntil - other.goodUntil);
    expect(idsOf(sweeping.sent)).toEqual(urgent.map(({ terms }) => terms.id));
    expect(sweeping.sent.map(({ message }) => message.tasks.length)).toEqual([20, 20, 10]);
    expect(idsOf(sweeping.sent)).not.toContain(later.terms.id);
    expect(world.audited).toMatchObject([
      { event: 'tasks_swept', due: 50, sent: 50, left: 0, latestSeconds: 0 },
    ]);
  });

  test('sends each once while the workers are at it, whichever shard it is in', async () => {
    await many(64, (index) => ({ dueAt: after(openedAt, index * 4) }));
    const sweeping = aSweep();
    await sweepUntil(after(openedAt, 300), sweeping);
    const ids = idsOf(sweeping.sent);
    expect([ids.length, new Set(ids).size]).toEqual([64, 64]);
  });

  test('finds what has become due behind it, such as a task that ended a minute ago', async () => {
    const [task] = await many(1, () => ({}));
    const sweeping = aSweep();
    await sweeping.run();
    world.now = after(openedAt, 60);
    if (task === undefined) throw new Error('none was opened');
    await ports.tasks.end(task.terms.id, { at: after(openedAt, 30), reason: 'completed' }, randomUUID());
    await sweeping.run();
    expect(tasksOf(sweeping.sent)).toEqual([{ id: task.terms.id, dueAt: after(openedAt, 30) }]);
  });

  test('sends again what nobody has worked off, five minutes later and no sooner', async () => {
    await many(40, () => ({ dueAt: openedAt }));
    const sweeping = aSweep();
    await sweepUntil(after(openedAt, 1_200), sweeping);
    for (const id of new Set(idsOf(sweeping.sent))) {
      const times = sweeping.sent.flatMap(({ at, message }) =>
        message.tasks.some((each) => each.id === id) ? [at] : [],
      );
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(times.length).toBeGreaterThanOrEqual(2);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(300);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(600);
    }
  });

  test('sends everything that is overdue after a gap, and by an instance that remembers nothing', async () => {
    await many(30, (index) => ({ dueAt: after(openedAt, 120 * index) }));
    const sweeping = aSweep();
    await sweeping.run();
    world.now = after(openedAt, 3_600);
    await sweeping.run();
    expect(new Set(idsOf(sweeping.sent)).size).toBe(30);
    const other = aSweep();
    await other.run();
    expect(idsOf(other.sent)).toHaveLength(30);
  });

  test('leaves no more with the workers than they can hold, and the most urgent go first', async () => {
    const tasks = await many(200, (index) => ({
      dueAt: openedAt,
      goodUntil: after(openedAt, 4_000 + ((index * 7) % 200)),
    }));
    world.now = after(openedAt, 3_600);
    const sweeping = aSweep({ mostWaiting: 4 });
    sweeping.waiting.messages = 1;
    await sweeping.run();
    const urgent = [...tasks]
      .sort((one, other) => one.goodUntil - other.goodUntil)
      .map(({ terms }) => terms.id);
    expect(idsOf(sweeping.sent)).toEqual(urgent.slice(0, 60));
    expect(world.audited).toMatchObject([{ sent: 60, left: 140, latestSeconds: 3_600 }]);
    sweeping.waiting.messages = 4;
    world.now = after(world.now, 60);
    await sweeping.run();
    expect(idsOf(sweeping.sent)).toHaveLength(60);
    sweeping.waiting.messages = 0;
    await sweepUntil(after(world.now, 240), sweeping);
    expect(idsOf(sweeping.sent)).toEqual(urgent);
  });

  test('keeps what the queue did not take for the next', async () => {
    await many(60, () => ({ dueAt: openedAt }));
    let calls = 0;
    const sweeping = aSweep({ takes: () => (calls += 1) !== 2 });
    await sweeping.run();
    expect(idsOf(sweeping.sent)).toHaveLength(40);
    world.now = after(openedAt, 60);
    await sweeping.run();
    expect(new Set(idsOf(sweeping.sent)).size).toBe(60);
    expect(idsOf(sweeping.sent)).toHaveLength(60);
  });
});

test('a backlog of an hour is worked off in one go, and spread from then on', async () => {
  const tasks = await many(120, () => ({ dueAt: openedAt }));
  world.now = after(openedAt, 3_600);
  for (const { terms } of tasks) await lookWhenDue(world, ports, terms.id);
  const found = await ports.tasks.find(tasks.slice(0, 100).map(({ terms }) => terms.id));
  const dues = found.map(({ dueAt = openedAt }) => dueAt);
  expect(found.every(({ ended }) => ended === undefined)).toBe(true);
  expect(Math.max(...dues) - Math.min(...dues)).toBeGreaterThan(90);
});
