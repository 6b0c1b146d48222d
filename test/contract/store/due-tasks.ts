import { beforeAll, describe, expect, it } from 'vitest';
import { type DueTask, type DueTasks, dueShards, type Tasks } from '../../../lambdas/ports/tasks.ts';
import { after, type Instant } from '../../../lambdas/runtime/clock.ts';
import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { openedAt } from './task-mothers.ts';
import { openedIn, revoked } from './tasks.ts';

interface DueSubject {
  readonly tasks: Tasks;
  readonly due: DueTasks;
}

const always = { from: openedAt, until: after(openedAt, 1_000_000) };

/** Every page of a list. */
export async function allOf(due: DueTasks, shard: number, within = always): Promise<readonly DueTask[][]> {
  const pages: DueTask[][] = [];
  for (let next: string | undefined, more = true; more; more = next !== undefined) {
    const page = await due.page(shard, within, next);
    pages.push([...page.due]);
    next = page.next;
  }
  return pages;
}

/** What every index of what is due promises. */
export function describeDueTasks(make: () => DueSubject): void {
  describe('what is due', () => {
    let tasks: Tasks;
    let due: DueTasks;
    beforeAll(() => {
      ({ tasks, due } = make());
    });

    const everywhere = async (within = always): Promise<readonly DueTask[]> => {
      const shards = Array.from({ length: dueShards }, (_, shard) => allOf(due, shard, within));
      return (await Promise.all(shards)).flat(2);
    };
    const ofThese = async (ids: readonly TaskId[], within = always): Promise<ReadonlyMap<TaskId, Instant>> =>
      new Map(
        (await everywhere(within)).flatMap(({ id, dueAt }) =>
          ids.includes(id) ? [[id, dueAt] as const] : [],
        ),
      );

    it('is in one list, the earliest first, in each of which some are', async () => {
      const opened = await Promise.all(
        Array.from({ length: 160 }, (_, nth) =>
          openedIn(tasks, {
            ...{ dueAt: after(openedAt, 500 + ((nth * 77) % 160)), goodUntil: after(openedAt, 9_000 + nth) },
          }),
        ),
      );
      const lists = await Promise.all(
        Array.from({ length: dueShards }, async (_, shard) => (await allOf(due, shard)).flat()),
      );
      expect(lists.every(({ length }) => length > 0)).toBe(true);
      for (const list of lists) {
        expect(list.map(({ dueAt }) => dueAt)).toEqual(
          list.map(({ dueAt }) => dueAt).toSorted((one, other) => one - other),
        );
      }
      const found = new Map(lists.flat().map((task) => [task.id, task]));
      expect(found.size).toBe(lists.flat().length);
      for (const { terms, dueAt, goodUntil } of opened) {
        expect(found.get(terms.id)).toEqual({ id: terms.id, dueAt, goodUntil });
      }
    });

    it('is within what was asked for, both ends among it', async () => {
      const moments = [99, 100, 150, 200, 201].map((seconds) => after(openedAt, seconds));
      const opened = await Promise.all(moments.map((dueAt) => openedIn(tasks, { dueAt })));
      const ids = opened.map(({ terms }) => terms.id);
      const within = { from: after(openedAt, 100), until: after(openedAt, 200) };
      expect([...(await ofThese(ids, within)).keys()].toSorted()).toEqual(ids.slice(1, 4).toSorted());
    });

    it('follows a task from its opening to its end, and is nothing after that', async () => {
      const task = await openedIn(tasks);
      const { id } = task.terms;
      const seen = async () => (await ofThese([id])).get(id);
      expect(await seen()).toBe(task.dueAt);
      const lease = { attempt: 'mine', until: after(openedAt, 90) };
      await tasks.lease({ id, dueAt: task.dueAt! }, lease, openedAt);
      expect(await seen()).toBe(task.dueAt);
      const next = after(openedAt, 4_800);
      const goodUntil = after(openedAt, 9_600);
      await tasks.settle(id, 'mine', { kind: 'renewed', confirmedAt: openedAt, goodUntil, dueAt: next });
      expect(await seen()).toBe(next);
      expect((await everywhere()).find((each) => each.id === id)).toEqual({ id, dueAt: next, goodUntil });
      await tasks.end(id, revoked, 'request');
      expect(await seen()).toBe(revoked.at);
      await tasks.lease({ id, dueAt: revoked.at }, lease, openedAt);
      await tasks.settle(id, 'mine', { kind: 'tidied' });
      expect(await seen()).toBeUndefined();
    });
  });
}
