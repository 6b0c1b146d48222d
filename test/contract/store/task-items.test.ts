import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { fromItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { keyOf } from '../../../lambdas/adapters/dynamodb/keys.ts';
import { dynamoTasks } from '../../../lambdas/adapters/dynamodb/tasks.ts';
import type { StoredTask, Tasks } from '../../../lambdas/ports/tasks.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { openedIn, revoked } from './tasks.ts';
import { inFreshWorld } from './world.ts';

/** So long after its end somebody may ask, and the last token of it lives an hour. */
const remembered = 30 * 86_400 + 3_600;

type Items = (task: StoredTask) => Promise<Readonly<Record<string, unknown>>>;

function inFreshTable(run: (tasks: Tasks, itemOf: Items) => Promise<void>): Promise<void> {
  return inFreshWorld(({ client, grants }) =>
    run(dynamoTasks({ client, table: grants }), async ({ terms }) => {
      const Key = { pk: { S: keyOf.task(terms.id) } };
      const { Item } = await client.send(
        new GetItemCommand({ TableName: grants, Key, ConsistentRead: true }),
      );
      return fromItem(Item!);
    }),
  );
}

describe('the item of a task', () => {
  it('is swept a month after its ceiling, wherever that moves', () =>
    inFreshTable(async (tasks, itemOf) => {
      const task = await openedIn(tasks);
      expect(await itemOf(task)).toMatchObject({ ttl: after(task.ceiling, remembered) });
      const to = after(task.ceiling, 3_600);
      await tasks.extend(task.terms.id, { from: task.ceiling, to });
      expect(await itemOf(task)).toMatchObject({ ttl: after(to, remembered) });
    }));

  it('is swept a month after its end, and says who asked for that', () =>
    inFreshTable(async (tasks, itemOf) => {
      const task = await openedIn(tasks);
      await tasks.end(task.terms.id, revoked, 'request');
      expect(await itemOf(task)).toMatchObject({
        ended: { ...revoked, request_id: 'request' },
        ttl: after(revoked.at, remembered),
      });
    }));

  it('has nothing left of any index once it is tidied', () =>
    inFreshTable(async (tasks, itemOf) => {
      const task = await openedIn(tasks);
      const { id } = task.terms;
      await tasks.end(id, revoked, 'request');
      await tasks.lease(
        { id, dueAt: revoked.at },
        { attempt: 'mine', until: after(revoked.at, 9) },
        revoked.at,
      );
      expect(Object.keys(await itemOf(task))).toEqual(
        expect.arrayContaining(['due_at', 'due_shard', 'lease']),
      );
      await tasks.settle(id, 'mine', { kind: 'tidied' });
      const left = Object.keys(await itemOf(task));
      expect(left.filter((name) => ['due_at', 'due_shard', 'lease'].includes(name))).toEqual([]);
    }));
});
