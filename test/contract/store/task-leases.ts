import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StoredTask, TaskOutcome, Tasks } from '../../../lambdas/ports/tasks.ts';
import { after, type Instant } from '../../../lambdas/runtime/clock.ts';
import { openedAt } from './task-mothers.ts';
import { foundIn, openedIn, revoked, type TasksSubject } from './tasks.ts';

const dueAt = after(openedAt, 2_400);

function lease(
  tasks: Tasks,
  { terms, dueAt: due = dueAt }: StoredTask,
  attempt: string = randomUUID(),
  at: Instant = dueAt,
): Promise<StoredTask | undefined> {
  return tasks.lease({ id: terms.id, dueAt: due }, { attempt, until: after(at, 90) }, at);
}

const renewed: Extract<TaskOutcome, { readonly kind: 'renewed' }> = {
  kind: 'renewed',
  confirmedAt: after(dueAt, 2),
  goodUntil: after(dueAt, 7_202),
  dueAt: after(dueAt, 2_402),
};

/** What is left of a task once `renewed` is written. */
function afterRenewal(
  task: StoredTask,
): Omit<StoredTask, 'lease' | 'failure'> & Record<'lease' | 'failure', undefined> {
  const { confirmedAt, goodUntil, dueAt: due } = renewed;
  return { ...task, confirmedAt, goodUntil, dueAt: due, lease: undefined, failure: undefined };
}

/** Five hundred workers want to look at one task at once, at least 200 of them under way: exactly one may. */
export async function expectOneTaskLease({ tasks, network }: TasksSubject): Promise<void> {
  const task = await openedIn(tasks);
  const attempts = Array.from({ length: 500 }, () => randomUUID() as string);
  const leases = await Promise.all(attempts.map((attempt) => lease(tasks, task, attempt)));
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  const [mine, ...others] = leases.filter((leased) => leased !== undefined);
  expect(others).toHaveLength(0);
  const attempt = attempts[leases.indexOf(mine)]!;
  expect(mine).toEqual({ ...task, version: 1, lease: { attempt, until: after(dueAt, 90) } });
  // Of those that come back with what came of it, one wrote.
  const settled = await Promise.all(attempts.map((each) => tasks.settle(task.terms.id, each, renewed)));
  expect(settled.filter(Boolean)).toHaveLength(1);
  expect(await foundIn(tasks, task)).toEqual(afterRenewal({ ...task, version: 1 }));
}

/** A heartbeat comes while a renewal is written, two hundred times: none of them loses the other. */
export async function expectHeartbeatBesideRenewal({ tasks, network }: TasksSubject): Promise<void> {
  const opened = await Promise.all(Array.from({ length: 200 }, () => openedIn(tasks)));
  await Promise.all(opened.map((task) => lease(tasks, task, task.terms.id)));
  const beat = after(dueAt, 1);
  const settled = await Promise.all(
    opened.flatMap(({ terms: { id } }) => [
      tasks.settle(id, id, renewed),
      tasks.heartbeat(id, beat).then(({ kind }) => kind === 'written'),
    ]),
  );
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(settled.filter(Boolean)).toHaveLength(400);
  const left = await Promise.all(opened.map((task) => foundIn(tasks, task)));
  const kept = opened.map((task) => afterRenewal({ ...task, version: 1, lastHeartbeatAt: beat }));
  expect(left).toEqual(kept);
}

/** What every store of tasks promises to those who renew them. */
export function describeTaskLeases(make: () => TasksSubject): void {
  let subject: TasksSubject;
  let tasks: Tasks;
  beforeAll(() => {
    subject = make();
    ({ tasks } = subject);
  });

  describe('the lease of a task', () => {
    it('is for exactly one of five hundred workers, and one of them writes', () =>
      expectOneTaskLease(make()));

    it('is for the same attempt again, and after its end for another', async () => {
      const task = await openedIn(tasks);
      subject.network.loseNextReply('UpdateItem');
      const first = await lease(tasks, task, 'first');
      expect(first).toMatchObject({ version: 1, lease: { attempt: 'first' } });
      expect(await lease(tasks, task, 'first')).toEqual(first);
      expect(await lease(tasks, task, 'second', after(dueAt, 89))).toBeUndefined();
      const second = await lease(tasks, task, 'second', after(dueAt, 90));
      expect(second).toMatchObject({ version: 2, lease: { attempt: 'second' } });
      // What the first one brings then is not taken.
      expect(await tasks.settle(task.terms.id, 'first', renewed)).toBe(false);
      expect(await foundIn(tasks, task)).toEqual(second);
    });

    it('is nobody’s where the task is not due at that time any more', async () => {
      const task = await openedIn(tasks);
      expect(await lease(tasks, { ...task, dueAt: after(dueAt, 1) })).toBeUndefined();
      await lease(tasks, task, 'first');
      await tasks.settle(task.terms.id, 'first', renewed);
      // The same message, once more.
      expect(await lease(tasks, task)).toBeUndefined();
      expect(await lease(tasks, task, 'first')).toBeUndefined();
      expect(await foundIn(tasks, task)).toEqual(afterRenewal({ ...task, version: 1 }));
    });

    it('is nobody’s that is over, though the task has ended under it', async () => {
      const task = await openedIn(tasks);
      await lease(tasks, task, 'first');
      await tasks.end(task.terms.id, revoked, 'request');
      expect(await lease(tasks, task, 'first', after(dueAt, 90))).toBeUndefined();
      expect(await lease(tasks, { ...task, dueAt: revoked.at }, 'other', after(dueAt, 90))).toMatchObject({
        ended: revoked,
        lease: { attempt: 'other' },
      });
    });
  });

  describe('what comes of looking at a task', () => {
    it('is written in one write, with the lease given back, and once for a reply that was lost', async () => {
      const task = await openedIn(tasks, {
        failure: { count: 2, since: openedAt, reason: 'the provider answered 500' },
      });
      await lease(tasks, task, 'mine');
      const delivered = { at: after(dueAt, 2), version: 'two', expiresAt: after(dueAt, 3_602) };
      const outcome: TaskOutcome = { ...renewed, roles: ['staff'], delivered, warnedAt: after(dueAt, 2) };
      const before = subject.network.sent('UpdateItem');
      subject.network.loseNextReply('UpdateItem');
      expect(await tasks.settle(task.terms.id, 'mine', outcome)).toBe(true);
      expect(subject.network.sent('UpdateItem') - before).toBe(2);
      expect(await tasks.settle(task.terms.id, 'mine', outcome)).toBe(true);
      const told = { delivered, warnedAt: after(dueAt, 2), roles: ['staff'] };
      const left = { ...afterRenewal({ ...task, version: 1 }), ...told };
      expect(await foundIn(tasks, task)).toEqual(left);
      // What is not said stays.
      await lease(tasks, { ...task, dueAt: renewed.dueAt }, 'again', renewed.dueAt);
      await tasks.settle(task.terms.id, 'again', renewed);
      expect(await foundIn(tasks, task)).toEqual({ ...left, version: 2 });
    });

    it('says of a task that stands that its token could not be delivered, until it says so no more', async () => {
      const task = await openedIn(tasks);
      await lease(tasks, task, 'mine');
      const failure = { count: 1, since: dueAt, reason: 'delivery: secret_gone' };
      expect(await tasks.settle(task.terms.id, 'mine', { ...renewed, failure })).toBe(true);
      const left = { ...afterRenewal({ ...task, version: 1 }), failure };
      expect(await foundIn(tasks, task)).toEqual(left);
      await lease(tasks, { ...task, dueAt: renewed.dueAt }, 'again', renewed.dueAt);
      await tasks.settle(task.terms.id, 'again', renewed);
      expect(await foundIn(tasks, task)).toEqual({ ...left, version: 2, failure: undefined });
    });

    it('is nobody else’s to write, though they say the same', async () => {
      const task = await openedIn(tasks);
      await lease(tasks, task, 'mine');
      expect(await tasks.settle(task.terms.id, 'another', renewed)).toBe(false);
      expect(await tasks.settle(task.terms.id, 'mine', renewed)).toBe(true);
      expect(await tasks.settle(task.terms.id, 'another', renewed)).toBe(false);
    });

    it('leaves what the task holds where it failed', async () => {
      const task = await openedIn(tasks);
      await lease(tasks, task, 'mine');
      const failure = { count: 1, since: dueAt, reason: 'the provider did not answer' };
      const outcome: TaskOutcome = { kind: 'failed', failure, dueAt: after(dueAt, 30) };
      expect(await tasks.settle(task.terms.id, 'mine', outcome)).toBe(true);
      const left = { ...task, version: 1, failure, dueAt: after(dueAt, 30) };
      expect(await foundIn(tasks, task)).toEqual(left);
    });

    it('has what was delivered though it failed', async () => {
      const task = await openedIn(tasks);
      await lease(tasks, task, 'mine');
      const failure = { count: 1, since: dueAt, reason: 'the provider did not answer' };
      const delivered = { at: dueAt, version: 'two', expiresAt: after(dueAt, 900) };
      const outcome: TaskOutcome = { kind: 'failed', failure, delivered, dueAt: after(dueAt, 30) };
      expect(await tasks.settle(task.terms.id, 'mine', outcome)).toBe(true);
      const left = { ...task, version: 1, failure, delivered, dueAt: after(dueAt, 30) };
      expect(await foundIn(tasks, task)).toEqual(left);
    });

    it('is nothing where the task has ended meanwhile, which is due at once for whoever comes next', async () => {
      const failure = { count: 1, since: dueAt, reason: 'late' };
      const late: readonly TaskOutcome[] = [renewed, { kind: 'failed', failure, dueAt: after(dueAt, 30) }];
      for (const outcome of late) {
        const task = await openedIn(tasks);
        await lease(tasks, task, 'mine');
        await tasks.end(task.terms.id, revoked, 'request');
        const ended = { ...task, version: 1, ended: revoked, dueAt: revoked.at };
        expect(await lease(tasks, ended, 'tidy')).toBeUndefined();
        expect(await tasks.settle(task.terms.id, 'mine', outcome)).toBe(false);
        expect(await foundIn(tasks, task)).toEqual(ended);
        expect(await lease(tasks, ended, 'tidy')).toMatchObject({ version: 2, ended: revoked });
      }
    });

    it('is that nothing is due any more, of a task that has ended', async () => {
      const task = await openedIn(tasks);
      await lease(tasks, task, 'mine');
      await tasks.end(task.terms.id, revoked, 'request');
      expect(await tasks.settle(task.terms.id, 'mine', { kind: 'tidied' })).toBe(true);
      expect(await tasks.settle(task.terms.id, 'mine', { kind: 'tidied' })).toBe(true);
      const left = { ...task, version: 1, ended: revoked, dueAt: undefined };
      expect(await foundIn(tasks, task)).toEqual(left);
      expect(await lease(tasks, { ...task, dueAt: revoked.at })).toBeUndefined();
    });

    it('is not that of a task that goes on', async () => {
      const task = await openedIn(tasks);
      await lease(tasks, task, 'mine');
      expect(await tasks.settle(task.terms.id, 'mine', { kind: 'tidied' })).toBe(false);
      expect(await foundIn(tasks, task)).toEqual({ ...task, version: 1 });
    });

    it('takes nothing from a heartbeat beside it, nor that from it', () =>
      expectHeartbeatBesideRenewal(make()));
  });
}
