import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dynamoTasks } from '../../../lambdas/adapters/dynamodb/tasks.ts';
import type { StoredTask, TaskOutcome, Tasks } from '../../../lambdas/ports/tasks.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { openedAt } from './task-mothers.ts';
import { foundIn, openedIn, revoked } from './tasks.ts';
import { inFreshWorld, type World } from './world.ts';

const dueAt = after(openedAt, 2_400);
const renewed: TaskOutcome = {
  kind: 'renewed',
  ...{ confirmedAt: dueAt, goodUntil: after(dueAt, 7_200), dueAt: after(dueAt, 2_400) },
};

function instances({ farClient, grants }: World, count: number): readonly Tasks[] {
  return Array.from({ length: count }, () => dynamoTasks({ client: farClient(), table: grants }));
}

/** Its result and what it was asked with, of all that so many callers ask of these instances in turn. */
function ofMany<Result>(
  stores: readonly Tasks[],
  count: number,
  ask: (tasks: Tasks, attempt: string) => Promise<Result>,
): Promise<readonly { readonly attempt: string; readonly result: Result }[]> {
  const calls = Array.from({ length: count }, async (_, nth) => {
    const attempt = randomUUID();
    return { attempt, result: await ask(stores[nth % stores.length]!, attempt) };
  });
  return Promise.all(calls);
}

function leaseOf(tasks: Tasks, { terms: { id } }: StoredTask, attempt: string) {
  return tasks.lease({ id, dueAt }, { attempt, until: after(dueAt, 90) }, dueAt);
}

describe('a store of tasks whose connections are cut after the effect', () => {
  it('leases to one of five hundred workers on four instances, who alone writes', () =>
    inFreshWorld(async (world) => {
      const [here, ...stores] = instances(world, 5);
      const task = await openedIn(here!);
      world.network.gather(200);
      world.network.loseReplies(30);
      const leases = await ofMany(stores, 500, (tasks, attempt) => leaseOf(tasks, task, attempt));
      expect(world.network.peak()).toBeGreaterThanOrEqual(200);
      const held = leases.filter(({ result }) => result !== undefined);
      expect(held).toHaveLength(1);
      expect(held[0]!.result).toMatchObject({ version: 1, lease: { attempt: held[0]!.attempt } });
      world.network.loseReplies(1);
      expect(await here!.settle(task.terms.id, held[0]!.attempt, renewed)).toBe(true);
      expect(await foundIn(here!, task)).toMatchObject({ version: 1, confirmedAt: dueAt });
    }));

  it('ends a task for one of two hundred callers on four instances', () =>
    inFreshWorld(async (world) => {
      const [here, ...stores] = instances(world, 5);
      const task = await openedIn(here!);
      world.network.gather(200);
      world.network.loseReplies(10);
      const ends = await ofMany(stores, 200, (tasks, attempt) =>
        tasks.end(task.terms.id, { ...revoked, detail: attempt }, attempt),
      );
      expect(world.network.peak()).toBeGreaterThanOrEqual(200);
      const made = ends.filter(({ result }) => result.kind === 'written');
      expect(made.map(({ attempt }) => attempt)).toEqual([(await foundIn(here!, task)).ended?.detail]);
      expect(new Set(ends.map(({ result }) => result.kind))).toEqual(new Set(['written', 'over']));
    }));

  it('opens, extends, adds children and notes heartbeats once, and says so', () =>
    inFreshWorld(async (world) => {
      const [tasks] = instances(world, 1) as [Tasks];
      world.network.loseReplies(1);
      const task = await openedIn(tasks);
      const { id } = task.terms;
      const [to, beat] = [after(task.ceiling, 60), after(openedAt, 60)];
      const child = randomUUID() as string as TaskId;
      const writes = [
        () => tasks.extend(id, { from: task.ceiling, to }),
        () => tasks.adopt(id, child),
        () => tasks.heartbeat(id, beat),
      ];
      for (const write of writes) {
        world.network.loseReplies(1);
        expect(await write()).toMatchObject({ kind: 'written' });
      }
      const left = { ...task, ceiling: to, children: [child], lastHeartbeatAt: beat };
      expect(await foundIn(tasks, task)).toEqual(left);
    }));
});

describe('a store of tasks under those who end and those who renew', () => {
  it('leaves no end for later, whoever comes first', () =>
    inFreshWorld(async (world) => {
      const [here, there] = instances(world, 2) as [Tasks, Tasks];
      const opened = await Promise.all(Array.from({ length: 200 }, () => openedIn(here)));
      await Promise.all(opened.map((task) => leaseOf(here, task, task.terms.id)));
      world.network.gather(200);
      const outcomes = await Promise.all(
        opened.map(async (task) => {
          const { id } = task.terms;
          const [wrote, end] = await Promise.all([here.settle(id, id, renewed), there.end(id, revoked, id)]);
          return { wrote, end: end.kind, left: await foundIn(here, task) };
        }),
      );
      for (const { wrote, end, left } of outcomes) {
        expect(end).toBe('written');
        expect(left).toMatchObject({ ended: revoked, dueAt: revoked.at });
        expect(left.lease).toBeUndefined();
        // What was written came before the end.
        expect(left.confirmedAt).toBe(wrote ? dueAt : openedAt);
      }
      expect(world.network.peak()).toBeGreaterThanOrEqual(200);
    }));

  it('either has a child before its end, or never', () =>
    inFreshWorld(async (world) => {
      const [here, there] = instances(world, 2) as [Tasks, Tasks];
      const opened = await Promise.all(Array.from({ length: 100 }, () => openedIn(here)));
      world.network.gather(200);
      const child = randomUUID() as string as TaskId;
      const outcomes = await Promise.all(
        opened.map(async (task) => {
          const { id } = task.terms;
          const [adopted, end] = await Promise.all([here.adopt(id, child), there.end(id, revoked, id)]);
          return { adopted: adopted.kind, end, left: await foundIn(here, task) };
        }),
      );
      for (const { adopted, end, left } of outcomes) {
        const children = adopted === 'written' ? [child] : [];
        // Whoever ends it is told of every child there will ever be.
        expect([left.children, end]).toEqual([children, { kind: 'written', task: left }]);
      }
    }));
});
