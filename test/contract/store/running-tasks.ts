import { beforeAll, describe, expect, it } from 'vitest';
import type { RunningTasks } from '../../../lambdas/ports/running-tasks.ts';
import type { StoredTask, Tasks } from '../../../lambdas/ports/tasks.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { openedAt } from './task-mothers.ts';
import { openedIn, revoked } from './tasks.ts';

interface RunningSubject {
  readonly tasks: Tasks;
  readonly running: RunningTasks;
}

async function pagesOf(running: RunningTasks, limit: number): Promise<readonly (readonly StoredTask[])[]> {
  const pages: (readonly StoredTask[])[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await running.list({ limit, ...(cursor !== undefined && { cursor }) });
    if (page === undefined) throw new Error(`it does not know ${cursor ?? 'its beginning'}`);
    pages.push(page.things);
    cursor = page.cursor;
  }
  return pages;
}

/** What every list of the running tasks promises. */
export function describeRunningTasks(make: () => RunningSubject): void {
  describe('the running tasks', () => {
    let tasks: Tasks;
    let running: RunningTasks;
    beforeAll(() => {
      ({ tasks, running } = make());
    });

    it.each([7, 16, 100])('come once each, what is due first coming first, in pages of %i', async (limit) => {
      const opened = await Promise.all(
        Array.from({ length: 60 }, (_, nth) =>
          // Every third is due at the same moment.
          openedIn(tasks, { dueAt: after(openedAt, nth % 3 === 0 ? 300 : 200 + ((nth * 37) % 150)) }),
        ),
      );
      const pages = await pagesOf(running, limit);
      expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(limit);
      expect(pages.slice(0, -2).every(({ length }) => length === limit)).toBe(true);
      const all = pages.flat();
      const moments = all.map(({ dueAt }) => Number(dueAt));
      expect(moments).toEqual(moments.toSorted((one, other) => one - other));
      expect(new Set(all.map(({ terms }) => terms.id)).size).toBe(all.length);
      for (const task of opened) expect(all).toContainEqual(task);
    });

    it('are shown until everything is done that follows from their end', async () => {
      const { terms } = await openedIn(tasks);
      const seen = async () =>
        (await pagesOf(running, 100)).flat().find((task) => task.terms.id === terms.id);
      await tasks.end(terms.id, revoked, 'request');
      expect((await seen())?.ended).toEqual(revoked);
      const lease = { attempt: 'mine', until: after(openedAt, 90) };
      await tasks.lease({ id: terms.id, dueAt: revoked.at }, lease, openedAt);
      await tasks.settle(terms.id, 'mine', { kind: 'tidied' });
      expect(await seen()).toBeUndefined();
    });

    it.each(['x', '[]', JSON.stringify(Array(15).fill(null)), JSON.stringify(Array(16).fill(['1', 'a']))])(
      'have no page behind %s',
      async (text) => {
        const cursor = Buffer.from(text).toString('base64url');
        expect(await running.list({ limit: 10, cursor })).toBeUndefined();
      },
    );
  });
}
