import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { type PlainRecord, toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { dynamoDueTasks } from '../../../lambdas/adapters/dynamodb/due-tasks.ts';
import { dueShardOf } from '../../../lambdas/adapters/dynamodb/due-shard.ts';
import { keyOf } from '../../../lambdas/adapters/dynamodb/keys.ts';
import { dueAttributes, encodeTask } from '../../../lambdas/adapters/dynamodb/task-codec.ts';
import { dynamoTasks } from '../../../lambdas/adapters/dynamodb/tasks.ts';
import type { StoredTask } from '../../../lambdas/ports/tasks.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { allOf } from './due-tasks.ts';
import { aTask, openedAt } from './task-mothers.ts';
import { inFreshWorld, type World } from './world.ts';

const shard = 7;
const within = { from: openedAt, until: after(openedAt, 100) };

/** In one list, a hundred of them due at each moment. */
function tasksOfOneList(count: number): readonly StoredTask[] {
  const found: StoredTask[] = [];
  for (let nth = 0; found.length < count; nth += 1) {
    const id = `task-${nth}` as TaskId;
    const dueAt = after(openedAt, found.length % 100);
    if (dueShardOf(id) === shard) found.push(aTask({ terms: { id }, dueAt }));
  }
  return found;
}

/** Of a task, what the index has of it, is all that its pages are made of. */
function indexed({ terms, dueAt, goodUntil }: StoredTask): PlainRecord {
  return { pk: keyOf.task(terms.id), ...dueAttributes(terms.id, dueAt!), good_until: goodUntil };
}

async function put({ client, grants }: World, items: readonly PlainRecord[]): Promise<void> {
  const requests = items.map((item) => ({ PutRequest: { Item: toItem(item) } }));
  const batches = Array.from({ length: Math.ceil(requests.length / 25) }, (_, nth) =>
    requests.slice(25 * nth, 25 * nth + 25),
  );
  for (let from = 0; from < batches.length; from += 10) {
    const writes = batches
      .slice(from, from + 10)
      .map((batch) => client.send(new BatchWriteItemCommand({ RequestItems: { [grants]: batch } })));
    for (const { UnprocessedItems: left } of await Promise.all(writes)) expect(left ?? {}).toEqual({});
  }
}

describe('a list of thousands of tasks that are due', () => {
  it('comes in pages, each task once, the earliest first', () =>
    inFreshWorld(async (world) => {
      const tasks = tasksOfOneList(10_000);
      await put(world, tasks.map(indexed));
      const due = dynamoDueTasks({ client: world.client, table: world.grants });
      const pages = await allOf(due, shard, within);
      expect(pages.length).toBeGreaterThanOrEqual(10);
      const found = pages.flat();
      expect(found).toHaveLength(10_000);
      expect(new Map(found.map(({ id, dueAt }) => [id, dueAt]))).toEqual(
        new Map(tasks.map(({ terms, dueAt }) => [terms.id, dueAt])),
      );
      const moments = found.map(({ dueAt }) => dueAt);
      expect(moments).toEqual(moments.toSorted((one, other) => one - other));
      expect((await allOf(due, shard + 1, within)).flat()).toEqual([]);
    }));

  it('leads on, though whoever comes for its pages renews or ends what was in them', () =>
    inFreshWorld(async (world) => {
      const opened = tasksOfOneList(2_500);
      await put(world, opened.map(encodeTask));
      const options = { client: world.client, table: world.grants };
      const [due, tasks] = [dynamoDueTasks(options), dynamoTasks(options)];
      const first = await due.page(shard, within);
      // The very one that the page ended with among them.
      const last = first.due.slice(-20);
      for (const { id, dueAt } of last.slice(10)) {
        await tasks.lease({ id, dueAt }, { attempt: 'mine', until: after(openedAt, 200) }, within.until);
        await tasks.settle(id, 'mine', {
          kind: 'renewed',
          ...{ confirmedAt: openedAt, goodUntil: after(openedAt, 9_000), dueAt: after(openedAt, 4_000) },
        });
      }
      for (const { id } of last.slice(0, 10)) {
        await tasks.end(id, { at: within.until, reason: 'revoked' }, 'request');
      }
      const later: string[] = [];
      for (let next = first.next; next !== undefined;) {
        const page = await due.page(shard, within, next);
        later.push(...page.due.map(({ id }) => id));
        next = page.next;
      }
      const [before, seen] = [new Set(first.due.map(({ id }) => id as string)), new Set(later)];
      expect(seen.size).toBe(later.length);
      const others = opened.map(({ terms }) => terms.id).filter((id) => !before.has(id));
      expect(others.filter((id) => !seen.has(id))).toEqual([]);
      // What ended is due again, at its end; what was renewed is not.
      expect(later.filter((id) => before.has(id)).toSorted()).toEqual(
        last
          .slice(0, 10)
          .map(({ id }) => id as string)
          .toSorted(),
      );
    }));
});
