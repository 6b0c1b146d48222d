import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TokenStandings } from '../../../lambdas/ports/token-standing.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { ClientId, GrantId, PersonId, TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { openedAt } from './task-mothers.ts';
import { openedIn, revoked, type TasksSubject } from './tasks.ts';

interface TaskStandingSubject extends TasksSubject {
  readonly standings: TokenStandings;
}

/** What every store of tasks promises to those who judge tokens of them. */
export function describeTaskStandings(make: () => TaskStandingSubject): void {
  describe('the standing of tasks', () => {
    let subject: TaskStandingSubject;
    beforeAll(() => {
      subject = make();
    });

    const names = { jti: 'one', expiresAt: after(openedAt, 900), clientId: 'nobody' as ClientId };
    const read = async (tasks: readonly TaskId[]) =>
      (await subject.standings.read({ ...names, tasks })).tasks;

    it('is read with all else that a token depends on, in one call', async () => {
      const { terms: root } = await openedIn(subject.tasks);
      const { terms: own } = await openedIn(subject.tasks, { terms: { ancestors: [root.id] } });
      const before = subject.network.sent('BatchGetItem');
      const more = { grantId: 'none' as GrantId, person: 'person.none' as PersonId };
      const found = await subject.standings.read({ ...names, ...more, tasks: [root.id, own.id] });
      expect(subject.network.sent('BatchGetItem') - before).toBe(1);
      expect(found).toEqual({
        ...{ isRevoked: false, chain: [] },
        tasks: [
          { terms: { id: root.id, clientId: root.clientId, ancestors: [] }, hasEnded: false },
          { terms: { id: own.id, clientId: own.clientId, ancestors: [root.id] }, hasEnded: false },
        ],
      });
      expect(await subject.standings.read(names)).not.toHaveProperty('tasks');
    });

    it('tells of an end from when that is written, and of no other’s', async () => {
      const [one, other] = [await openedIn(subject.tasks), await openedIn(subject.tasks)];
      const ended = async () => (await read([one.terms.id, other.terms.id]))?.map(({ hasEnded }) => hasEnded);
      expect(await ended()).toEqual([false, false]);
      await subject.tasks.end(one.terms.id, revoked, randomUUID());
      expect(await ended()).toEqual([true, false]);
      await subject.tasks.heartbeat(one.terms.id, after(openedAt, 90));
      expect(await ended()).toEqual([true, false]);
    });

    it('leaves out what is not kept', async () => {
      const { terms } = await openedIn(subject.tasks);
      expect(await read([randomUUID() as string as TaskId, terms.id])).toMatchObject([
        { terms: { id: terms.id } },
      ]);
      expect(await read([randomUUID() as string as TaskId])).toEqual([]);
    });
  });
}
