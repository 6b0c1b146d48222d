import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type EndsReader, longestTokenSeconds } from '../../../lambdas/ports/ends.ts';
import type { StoredTask, TaskEnd, Tasks } from '../../../lambdas/ports/tasks.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import { endedName } from '../../../lambdas/runtime/ended-name.ts';
import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { foundFrom } from '../../../lambdas/tasks/ends.ts';
import { aTask, openedAt } from './task-mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface TasksSubject {
  readonly tasks: Tasks;
  readonly network: UnrulyNetwork;
}

interface WatchedTasks extends TasksSubject {
  readonly ends: EndsReader;
}

export async function openedIn(tasks: Tasks, ...given: Parameters<typeof aTask>): Promise<StoredTask> {
  const task = aTask(...given);
  await tasks.open(task);
  return task;
}

export async function foundIn(tasks: Tasks, { terms }: StoredTask): Promise<StoredTask> {
  const [found] = await tasks.find([terms.id]);
  if (found === undefined) throw new Error('nothing is kept');
  return found;
}

export const revoked: TaskEnd = { at: after(openedAt, 60), reason: 'revoked' };

/** Two hundred callers end one task at once, each in their own way, all of them under way: one does, and all are told who. */
export async function expectOneEnd({ tasks, network }: TasksSubject): Promise<void> {
  const task = await openedIn(tasks);
  const ends = await Promise.all(
    Array.from({ length: 200 }, (_, nth) =>
      tasks.end(task.terms.id, { ...revoked, detail: `by ${nth}` }, `request ${nth}`),
    ),
  );
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(ends.filter(({ kind }) => kind === 'written')).toHaveLength(1);
  const detail = `by ${ends.findIndex(({ kind }) => kind === 'written')}`;
  const told = ends.map((end) => (end.kind === 'gone' ? undefined : end.task.ended));
  expect(new Set(told.map((end) => end?.detail))).toEqual(new Set([detail]));
}

/** Three hundred tasks are begun under one that may have sixty-four: as many are. */
export async function expectExactlyTheMostChildren({ tasks, network }: TasksSubject): Promise<void> {
  const task = await openedIn(tasks);
  const children = Array.from({ length: 300 }, () => randomUUID() as string as TaskId);
  const adopted = await Promise.all(children.map((child) => tasks.adopt(task.terms.id, child)));
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(adopted.filter(({ kind }) => kind === 'written')).toHaveLength(64);
  const won = children.filter((_, at) => adopted[at]?.kind === 'written');
  expect((await foundIn(tasks, task)).children.toSorted()).toEqual(won.toSorted());
}

/** What every store of tasks promises of what is done to them on request. */
export function describeTasks(make: () => WatchedTasks): void {
  let subject: WatchedTasks;
  let tasks: Tasks;
  beforeAll(() => {
    subject = make();
    ({ tasks } = subject);
  });

  describe('a store of tasks', () => {
    it('has what was opened, and nothing else, in one round trip', async () => {
      const opened = await Promise.all(Array.from({ length: 4 }, () => openedIn(tasks)));
      const ids = opened.map(({ terms }) => terms.id);
      const before = subject.network.sent('BatchGetItem');
      const found = await tasks.find([...ids, 'nobody' as TaskId, ...ids.slice(0, 2)]);
      expect(subject.network.sent('BatchGetItem') - before).toBe(1);
      const inOrder = (some: readonly StoredTask[]) =>
        some.toSorted((one, other) => one.terms.id.localeCompare(other.terms.id));
      expect(inOrder(found)).toEqual(inOrder(opened));
      expect(await tasks.find([])).toEqual([]);
    });

    it('opens a task once, though the reply is lost, and never one over another', async () => {
      const task = aTask();
      subject.network.loseNextReply('PutItem');
      await tasks.open(task);
      await tasks.open(task);
      await expect(tasks.open(aTask({ terms: { id: task.terms.id } }))).rejects.toThrow('another task');
      expect(await foundIn(tasks, task)).toEqual(task);
    });

    it('knows of nothing to do to a task that is not there, and makes none', async () => {
      const [id, at] = [aTask().terms.id, after(openedAt, 1)];
      expect(
        await Promise.all([
          tasks.heartbeat(id, at),
          tasks.extend(id, { from: openedAt, to: at }),
          tasks.adopt(id, 'child' as TaskId),
          tasks.end(id, revoked, 'request'),
        ]),
      ).toEqual(Array.from({ length: 4 }, () => ({ kind: 'gone' })));
      const lease = { attempt: 'mine', until: after(at, 15) };
      expect(await tasks.lease({ id, dueAt: openedAt }, lease, at)).toBeUndefined();
      expect(await tasks.settle(id, 'mine', { kind: 'tidied' })).toBe(false);
      expect(await tasks.find([id])).toEqual([]);
    });
  });

  describe('a heartbeat', () => {
    it('is the latest of many at once, and never goes back', async () => {
      const task = await openedIn(tasks);
      const { id } = task.terms;
      const beats = Array.from({ length: 100 }, (_, nth) => after(openedAt, (nth * 37) % 100));
      const written = await Promise.all(beats.map((at) => tasks.heartbeat(id, at)));
      expect(new Set(written.map(({ kind }) => kind))).toEqual(new Set(['written']));
      const latest = { ...task, lastHeartbeatAt: after(openedAt, 99) };
      expect(await foundIn(tasks, task)).toEqual(latest);
      expect(await tasks.heartbeat(id, after(openedAt, 98))).toEqual({ kind: 'written', task: latest });
      expect(await foundIn(tasks, task)).toEqual(latest);
    });

    it('is none of a task that has ended', async () => {
      const task = await openedIn(tasks);
      await tasks.end(task.terms.id, revoked, 'request');
      const ended = await foundIn(tasks, task);
      const late = await tasks.heartbeat(task.terms.id, after(openedAt, 90));
      expect(late).toEqual({ kind: 'over', task: ended });
      // Not even one that it had before.
      expect(await tasks.heartbeat(task.terms.id, openedAt)).toEqual({ kind: 'over', task: ended });
      expect(await foundIn(tasks, task)).toEqual(ended);
    });
  });

  describe('the ceiling of a task', () => {
    it('is moved from where it was seen, once, and whoever was told of it is told again', async () => {
      const task = await openedIn(tasks, { warnedAt: after(openedAt, 50) });
      const [from, to] = [task.ceiling, after(task.ceiling, 3_600)];
      const moved = { kind: 'written', task: { ...task, ceiling: to, warnedAt: undefined } };
      subject.network.loseNextReply('UpdateItem');
      expect(await tasks.extend(task.terms.id, { from, to })).toEqual(moved);
      expect(await tasks.extend(task.terms.id, { from, to })).toEqual(moved);
      const other = await tasks.extend(task.terms.id, { from, to: after(to, 1) });
      expect(other).toEqual({ ...moved, kind: 'over' });
      expect(await foundIn(tasks, task)).toEqual(moved.task);
    });

    it('stays once the task has ended', async () => {
      const task = await openedIn(tasks);
      await tasks.end(task.terms.id, revoked, 'request');
      const [from, to] = [task.ceiling, after(task.ceiling, 3_600)];
      expect(await tasks.extend(task.terms.id, { from, to })).toMatchObject({ kind: 'over' });
      expect(await tasks.extend(task.terms.id, { from, to: from })).toMatchObject({ kind: 'over' });
      expect((await foundIn(tasks, task)).ceiling).toBe(from);
    });
  });

  describe('the children of a task', () => {
    it('are at most sixty-four, under any interleaving', () => expectExactlyTheMostChildren(make()));

    it('are each there once, however often they are added', async () => {
      const task = await openedIn(tasks);
      const child = randomUUID() as string as TaskId;
      const adopted = { kind: 'written', task: { ...task, children: [child] } };
      subject.network.loseNextReply('UpdateItem');
      expect(await tasks.adopt(task.terms.id, child)).toEqual(adopted);
      const again = await Promise.all(Array.from({ length: 20 }, () => tasks.adopt(task.terms.id, child)));
      expect(again).toEqual(Array.from({ length: 20 }, () => adopted));
    });

    it('are no more once it has ended', async () => {
      const task = await openedIn(tasks);
      const [before, later] = [randomUUID(), randomUUID()].map((id) => id as string as TaskId);
      await tasks.adopt(task.terms.id, before!);
      await tasks.end(task.terms.id, revoked, 'request');
      const over = { kind: 'over', task: await foundIn(tasks, task) };
      expect(await tasks.adopt(task.terms.id, later!)).toEqual(over);
      // Nor is one opened that was to be: it would have ended with it.
      expect(await tasks.adopt(task.terms.id, before!)).toEqual(over);
      expect(over.task.children).toEqual([before]);
    });
  });

  describe('the end of a task', () => {
    it('is made by exactly one of two hundred callers, and the first one stays', () => expectOneEnd(make()));

    it('makes it due at once, with all that it was', async () => {
      const task = await openedIn(tasks);
      const end: TaskEnd = { ...revoked, reason: 'policy', detail: 'no more', of: 'above' as TaskId };
      const ended = { ...task, dueAt: end.at, ended: end };
      expect(await tasks.end(task.terms.id, end, 'request')).toEqual({ kind: 'written', task: ended });
      expect(await foundIn(tasks, task)).toEqual(ended);
    });

    it('is told as its own to the one that made it, and to nobody else', async () => {
      const task = await openedIn(tasks);
      subject.network.loseNextReply('TransactWriteItems');
      expect(await tasks.end(task.terms.id, revoked, 'mine')).toMatchObject({ kind: 'written' });
      const later: TaskEnd = { at: after(revoked.at, 5), reason: 'completed' };
      const first = { task: { ended: revoked, dueAt: revoked.at } };
      expect(await tasks.end(task.terms.id, later, 'mine')).toMatchObject({ ...first, kind: 'written' });
      expect(await tasks.end(task.terms.id, later, 'another')).toMatchObject({ ...first, kind: 'over' });
    });

    it.each(['ceiling_reached', 'idp_unreachable'] as const)(
      'as %s is in no feed, for its tokens are over by then, but in that of what was below it',
      async (reason) => {
        const [own, below] = [await openedIn(tasks), await openedIn(tasks)];
        const told = async ({ terms }: StoredTask) =>
          (await subject.ends.current(revoked.at)).principals.get(endedName('task_id', terms.id));
        const end: TaskEnd = { at: revoked.at, reason };
        subject.network.loseNextReply('UpdateItem');
        expect(await tasks.end(own.terms.id, end, 'mine')).toEqual({
          kind: 'written',
          task: { ...own, dueAt: end.at, ended: end },
        });
        expect(await tasks.end(own.terms.id, revoked, 'another')).toMatchObject({
          ...{ kind: 'over', task: { ended: end } },
        });
        expect(await tasks.end('none' as TaskId, end, 'request')).toEqual({ kind: 'gone' });
        await tasks.end(below.terms.id, { ...end, of: own.terms.id }, 'mine');
        expect([await told(own), (await told(below)) !== undefined]).toEqual([undefined, true]);
      },
    );

    it('is in the feed of ends at once, for tokens that are still on their way too', async () => {
      const { terms } = await openedIn(tasks);
      const name = endedName('task_id', terms.id);
      const told = async () => (await subject.ends.current(revoked.at)).principals.get(name);
      expect(await told()).toBeUndefined();
      await tasks.end(terms.id, revoked, 'request');
      expect(await told()).toBeGreaterThan(revoked.at);
    });

    it('of silence is in that feed for all tokens that were issued until it could be found, while they live', async () => {
      const { terms } = await openedIn(tasks);
      // Ends are kept by periods of two hours, and this one is at the end of its own.
      const silence: TaskEnd = {
        at: instant(Math.ceil(openedAt / 7_200) * 7_200 - 1),
        reason: 'heartbeat_lost',
      };
      await tasks.end(terms.id, silence, 'request');
      const found = foundFrom(silence);
      for (const at of [found, after(found, longestTokenSeconds)]) {
        const { principals } = await subject.ends.current(at);
        expect(principals.get(endedName('task_id', terms.id))).toBeGreaterThan(found);
      }
    });

    it('loses no race against heartbeats, children and extensions', async () => {
      const task = await openedIn(tasks);
      const { id } = task.terms;
      const to = after(task.ceiling, 1);
      await Promise.all([
        ...Array.from({ length: 40 }, (_, nth) => tasks.heartbeat(id, after(openedAt, nth))),
        ...Array.from({ length: 10 }, () => tasks.adopt(id, randomUUID() as string as TaskId)),
        tasks.end(id, revoked, 'request'),
        tasks.extend(id, { from: task.ceiling, to }),
      ]);
      expect(await foundIn(tasks, task)).toMatchObject({ ended: revoked, dueAt: revoked.at });
    });
  });
}
