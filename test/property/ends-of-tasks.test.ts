import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoredTask } from '../../lambdas/ports/tasks.ts';
import { after } from '../../lambdas/runtime/clock.ts';
import { look } from '../../lambdas/tasks/look.ts';
import type { RefreshPorts } from '../../lambdas/tasks/ports.ts';
import { work } from '../../lambdas/tasks/work.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';
import { capturedLog } from '../unit/http/captured-log.ts';
import { openedAt } from '../unit/tasks/a-task.ts';
import { aRefresher, aTaskId, aWorld, lookWhenDue, opened, stored } from './world-of-tasks.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(async () => {
  await tables.stop();
});

const requestId = (): string => randomUUID();

describe('a task that is over', () => {
  test.each([
    ['its ceiling', { ceiling: after(openedAt, 700) }, 'ceiling_reached', after(openedAt, 700)],
    [
      'a heartbeat that did not come',
      { terms: { heartbeatSeconds: 60 } },
      'heartbeat_lost',
      after(openedAt, 60),
    ],
  ])('by %s is told of once, and nothing is due of it any more', async (_, differences, reason, at) => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports, { ...differences, dueAt: after(openedAt, 800) });
    expect(await lookWhenDue(world, ports, terms.id)).toEqual({ outcome: 'ended', next: [] });
    const over = await stored(ports, terms.id);
    expect(over.ended).toEqual({ at, reason });
    expect([over.dueAt, over.lease, world.asked]).toEqual([undefined, undefined, []]);
    expect(world.told).toMatchObject([{ event: 'TaskEnded', taskId: terms.id, reason, at }]);
    expect(world.audited).toMatchObject([{ event: 'task_ended', taskId: terms.id, reason, by: 'refresher' }]);
  });

  test.each([
    ['agent_disabled', 'an operator disabled it'],
    ['grant_ended_upstream', 'invalid_grant'],
    ['revoked', undefined],
    ['policy', undefined],
  ] as const)('for what it rests on says so: %s', async (reason, detail) => {
    const world = aWorld();
    world.answer = () => Promise.resolve({ kind: 'over', reason, ...(detail !== undefined && { detail }) });
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports);
    await lookWhenDue(world, ports, terms.id);
    const end = { at: world.now, reason, ...(detail !== undefined && { detail }) };
    expect((await stored(ports, terms.id)).ended).toEqual(end);
    expect(world.told).toMatchObject([{ event: 'TaskEnded', ...end }]);
  });

  test('by another, while a worker was at it, is told of as it was ended', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports);
    world.answer = async () => {
      await ports.tasks.end(terms.id, { at: world.now, reason: 'completed' }, requestId());
      return { kind: 'stands' };
    };
    expect(await lookWhenDue(world, ports, terms.id)).toMatchObject({ outcome: 'taken' });
    expect(world.told).toEqual([]);
    await lookWhenDue(world, ports, terms.id);
    expect(world.told).toMatchObject([{ event: 'TaskEnded', reason: 'completed' }]);
    expect(world.audited.filter(({ event }) => event === 'task_ended')).toEqual([]);
  });

  test('stays due until somebody was told, with the same id each time', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports, { ceiling: after(openedAt, 600) });
    const deaf = { ...ports, events: { tell: () => Promise.reject(new Error('down')) } };
    await capturedLog(() => lookWhenDue(world, deaf, terms.id));
    expect((await stored(ports, terms.id)).dueAt).toBe(after(openedAt, 600));
    const forgetful = {
      ...ports,
      tasks: { ...ports.tasks, settle: () => Promise.reject(new Error('lost')) },
    };
    await capturedLog(() => lookWhenDue(world, forgetful, terms.id).catch(() => undefined));
    world.now = after(world.now, 301);
    await lookWhenDue(world, ports, terms.id);
    expect(world.told.map(({ event }) => event)).toEqual(['TaskEnded', 'TaskEnded']);
    expect(new Set(world.told.map(({ id }) => id)).size).toBe(1);
  });
});

describe('with a task end those below it', () => {
  async function family(ports: RefreshPorts): Promise<readonly [StoredTask, StoredTask, StoredTask]> {
    const root = await opened(ports, { dueAt: after(openedAt, 800) });
    const child = await below(ports, [root]);
    return [root, child, await below(ports, [root, child])];
  }

  async function below(ports: RefreshPorts, above: readonly StoredTask[]): Promise<StoredTask> {
    const id = aTaskId();
    const parent = above.at(-1);
    if (parent !== undefined) await ports.tasks.adopt(parent.terms.id, id);
    return opened(ports, { terms: { id, ancestors: above.map(({ terms }) => terms.id) } });
  }

  test('to the last, in one piece of work, and each says whose end it was', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const [root, child, grandchild] = await family(ports);
    const other = await opened(ports);
    await ports.tasks.end(root.terms.id, { at: after(openedAt, 100), reason: 'completed' }, requestId());
    world.now = after(openedAt, 120);
    const message = { tasks: [{ id: root.terms.id, dueAt: after(openedAt, 100) }] };
    const working = { ...ports, atOnce: 4, until: after(world.now, 30) };
    expect(await work(working, [message], requestId())).toEqual(['done']);
    const end = { at: after(openedAt, 100), reason: 'completed' };
    expect((await stored(ports, child.terms.id)).ended).toEqual({ ...end, of: root.terms.id });
    expect((await stored(ports, grandchild.terms.id)).ended).toEqual({ ...end, of: root.terms.id });
    expect((await stored(ports, other.terms.id)).ended).toBeUndefined();
    expect(world.told.map(({ taskId }) => taskId)).toEqual(
      [root, child, grandchild].map(({ terms }) => terms.id),
    );
  });

  test('though only they are looked at', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const [root, child] = await family(ports);
    await ports.tasks.end(root.terms.id, { at: after(openedAt, 100), reason: 'revoked' }, requestId());
    await lookWhenDue(world, ports, child.terms.id);
    expect((await stored(ports, child.terms.id)).ended).toMatchObject({
      reason: 'revoked',
      of: root.terms.id,
    });
    expect(world.told).toMatchObject([{ event: 'TaskEnded', taskId: child.terms.id, of: root.terms.id }]);
  });
});

describe('a message', () => {
  test('is worked off though one of its tasks fails, and comes again for that one', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const tasks = await Promise.all(Array.from({ length: 20 }, () => opened(ports)));
    world.now = after(openedAt, 600);
    const broken = tasks[3]?.terms.id;
    const failing: RefreshPorts = {
      ...ports,
      tasks: {
        ...ports.tasks,
        lease: (due, ...more) =>
          due.id === broken ? Promise.reject(new Error('canary')) : ports.tasks.lease(due, ...more),
      },
    };
    const dues = tasks.map(({ terms }) => ({ id: terms.id, dueAt: after(openedAt, 600) }));
    const messages = [{ tasks: dues.slice(0, 10) }, { tasks: dues.slice(10) }];
    const until = after(world.now, 30);
    await capturedLog(async () => {
      expect(await work({ ...failing, atOnce: 4, until }, messages, requestId())).toEqual(['again', 'done']);
    });
    expect(world.asked).toHaveLength(19);
    expect(await work({ ...ports, atOnce: 4, until }, messages, requestId())).toEqual(['done', 'done']);
    expect(world.asked).toHaveLength(20);
  });

  test('comes again for what was not begun in time', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const { terms } = await opened(ports);
    world.now = after(openedAt, 600);
    const message = { tasks: [{ id: terms.id, dueAt: world.now }] };
    expect(await work({ ...ports, atOnce: 4, until: world.now }, [message], requestId())).toEqual(['again']);
    expect(await look(ports, { id: terms.id, dueAt: world.now }, requestId())).toMatchObject({
      outcome: 'renewed',
    });
  });
});
