import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoredTask } from '../../lambdas/ports/tasks.ts';
import { after } from '../../lambdas/runtime/clock.ts';
import type { IdpId } from '../../lambdas/runtime/identifiers.ts';
import { look } from '../../lambdas/tasks/look.ts';
import { type LatePorts, renewLate } from '../../lambdas/tasks/renew-late.ts';
import type { Confirmation } from '../../lambdas/tasks/renewal.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';
import { openedAt } from '../unit/tasks/a-task.ts';
import {
  aRefresher,
  aWorld,
  lookWhenDue,
  ofPerson,
  opened,
  stored,
  timing,
  type World,
} from './world-of-tasks.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(async () => {
  await tables.stop();
});

const promisedSeconds = 180;
const leaseSeconds = 250;
const goodUntil = after(openedAt, timing.tokenSeconds + timing.graceSeconds);
/** Less would be left than is promised. */
const tooLate = after(goodUntil, 1 - promisedSeconds);
/** So much is left still, and a renewal that is begun then and fails leaves time for another. */
const justLate = after(goodUntil, 1 - promisedSeconds - leaseSeconds);

/** An instance that answers requests for tokens, and is as patient as the machine is slow. */
function aPuller(world: World): LatePorts {
  const patience = async (signal: AbortSignal): Promise<void> => {
    await setTimeout(120_000, undefined, { signal });
  };
  const untilRenewed = async (): Promise<void> => {
    while (renewals(world).length === 0) await setTimeout(20);
  };
  return {
    ...aRefresher(world, tables),
    leaseSeconds,
    pause: (_, signal) => (signal ? patience(signal) : untilRenewed()),
  };
}

function pull(world: World, task: StoredTask, ports = aPuller(world)): Promise<StoredTask> {
  return renewLate(ports, task, { now: world.now, requestId: randomUUID(), promisedSeconds });
}

const renewals = (world: World) => world.audited.filter(({ event }) => event === 'task_renewed');

describe('of a task that nobody has looked at in time', () => {
  test('the right is renewed once, by one of two hundred who ask for a token, and none gets less than is promised', async () => {
    for (const moment of [justLate, tooLate]) {
      const world = aWorld();
      const task = await opened(aRefresher(world, tables));
      world.now = moment;
      const instances = Array.from({ length: 8 }, () => aPuller(world));
      const pulled = await Promise.all(
        Array.from({ length: 200 }, (_, index) => pull(world, task, instances[index % 8])),
      );
      expect([world.asked.length, renewals(world).length]).toEqual([1, 1]);
      expect(pulled.every((each) => each.goodUntil >= after(world.now, promisedSeconds))).toBe(true);
      const { confirmedAt, lease, dueAt } = await stored(aRefresher(world, tables), task.terms.id);
      expect([confirmedAt, lease]).toEqual([world.now, undefined]);
      expect(Number(dueAt) - world.now).toBeGreaterThanOrEqual(0.6 * timing.tokenSeconds);
    }
  }, 120_000);

  test('it is renewed once by a request and a worker that come at the same time', async () => {
    for (let round = 0; round < 50; round += 1) {
      const world = aWorld();
      const worker = aRefresher(world, tables);
      const task = await opened(worker);
      world.now = tooLate;
      const { id } = task.terms;
      const due = { id, dueAt: task.dueAt ?? world.now };
      const [pulled] = await Promise.all([pull(world, task), look(worker, due, randomUUID())]);
      expect([world.asked.length, pulled.goodUntil]).toEqual([
        1,
        after(world.now, timing.tokenSeconds + timing.graceSeconds),
      ]);
    }
  }, 120_000);

  test('nobody asks again while it is not due, nor while it has enough left, nor where its ceiling is all that it has left', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const waiting = await opened(ports, { dueAt: after(tooLate, 1) });
    const good = await opened(ports, { goodUntil: after(tooLate, promisedSeconds + leaseSeconds) });
    const ending = await opened(ports, { ceiling: goodUntil });
    world.now = tooLate;
    for (const task of [waiting, good, ending]) expect(await pull(world, task)).toBe(task);
    expect(world.asked).toEqual([]);
  });

  test('it is asked in time about a person of whom what is kept would end before that', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const [askBy, next] = [after(openedAt, 1_800), after(openedAt, 9_000)];
    const task = await opened(ports, { terms: ofPerson(), askBy });
    world.answer = () => Promise.resolve({ kind: 'stands', askBy: next });
    world.now = after(askBy, -promisedSeconds - leaseSeconds);
    expect(await pull(world, task)).toBe(task);
    world.now = after(world.now, 1);
    expect((await pull(world, task)).askBy).toBe(next);
    const { confirmedAt, askBy: kept, dueAt } = await stored(ports, task.terms.id);
    expect([confirmedAt, kept, Number(dueAt) > world.now]).toEqual([world.now, next, true]);
    world.answer = () => Promise.resolve({ kind: 'stands' });
    world.now = after(next, -1);
    expect(await pull(world, await stored(ports, task.terms.id))).not.toHaveProperty('askBy');
    expect(await stored(ports, task.terms.id)).not.toHaveProperty('askBy');
  });

  test('an attempt that is never heard of again keeps the next from it no longer than a token is good as promised', async () => {
    const world = aWorld();
    const task = await opened(aRefresher(world, tables));
    world.now = justLate;
    world.answer = () => new Promise<Confirmation>(() => undefined);
    const first = await pull(world, task, { ...aPuller(world), pause: () => setTimeout(50) });
    expect(first.goodUntil).toBe(goodUntil);
    const leased = await stored(aRefresher(world, tables), task.terms.id);
    world.answer = () => Promise.resolve({ kind: 'stands' });
    expect((await pull(world, leased)).goodUntil).toBe(goodUntil);
    expect(world.asked).toHaveLength(1);
    world.now = after(justLate, leaseSeconds);
    expect(goodUntil).toBeGreaterThanOrEqual(after(world.now, promisedSeconds - 1));
    expect((await pull(world, leased)).goodUntil).toBeGreaterThan(goodUntil);
  });

  test('what follows from a renewal is left to a refresher: whoever wants to hear of each hears of one', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const task = await opened(ports, { terms: { delivery: { kind: 'events' } } });
    world.now = tooLate;
    expect((await pull(world, task)).goodUntil).toBeGreaterThan(goodUntil);
    expect(world.told).toEqual([]);
    await lookWhenDue(world, ports, task.terms.id);
    expect(world.now).toBeLessThanOrEqual(after(tooLate, 60));
    expect(world.told).toMatchObject([{ event: 'TaskTokenRefreshed' }]);
    expect((await stored(ports, task.terms.id)).confirmedAt).toBe(world.now);
  });

  test('what it is over by is written down, and a refresher can do at once what follows from that', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const task = await opened(ports);
    world.now = tooLate;
    world.answer = () => Promise.resolve({ kind: 'over', reason: 'policy', detail: 'tasks_not_allowed' });
    const end = { at: tooLate, reason: 'policy', detail: 'tasks_not_allowed' };
    expect((await pull(world, task)).ended).toEqual(end);
    expect(world.audited).toMatchObject([{ event: 'task_ended', by: 'client/planner-client' }]);
    await lookWhenDue(world, ports, task.terms.id);
    expect(world.told).toMatchObject([{ event: 'TaskEnded', reason: 'policy' }]);
    expect((await stored(ports, task.terms.id)).dueAt).toBeUndefined();
  });
});

describe('an identity provider that does not answer', () => {
  const at = (): IdpId => `idp-${randomUUID()}` as IdpId;
  const silent = (idp: IdpId) => (): Promise<Confirmation> =>
    Promise.resolve({ kind: 'unreachable', what: 'identity provider', interaction: false, idp });

  test('is asked by one request in a while, the task goes on, and the first failure that is told is that of a refresher', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const idp = at();
    const task = await opened(ports, { terms: ofPerson(idp) });
    world.answer = silent(idp);
    world.now = tooLate;
    const pulled = await pull(world, task);
    expect([pulled.goodUntil, pulled.ended]).toEqual([goodUntil, undefined]);
    const again = await stored(ports, task.terms.id);
    expect(again.dueAt).toBeGreaterThanOrEqual(after(world.now, 15));
    await pull(world, again);
    expect([world.asked.length, world.told]).toEqual([1, []]);
    await lookWhenDue(world, ports, task.terms.id);
    expect(world.told).toMatchObject([{ event: 'TaskFailed' }]);
    expect((await stored(ports, task.terms.id)).failure?.count).toBe(1);
  });

  test('is asked by no request while its circuit is open, though the right has run out', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const idp = at();
    world.answer = silent(idp);
    world.now = tooLate;
    const puller = aPuller(world);
    for (let failures = 0; failures < 6; failures += 1) {
      await pull(world, await opened(ports, { terms: ofPerson(idp) }), puller);
    }
    const before = world.asked.length;
    const bare = await opened(ports, { goodUntil: tooLate, terms: ofPerson(idp) });
    const pulled = await pull(world, bare, puller);
    expect([world.asked.length, pulled.goodUntil, pulled.ended]).toEqual([before, tooLate, undefined]);
    expect(pulled.dueAt).toBeGreaterThan(world.now);
  });

  test('what fails in the middle of asking keeps nobody from the token that there is', async () => {
    const world = aWorld();
    const task = await opened(aRefresher(world, tables));
    world.now = tooLate;
    world.answer = () => Promise.reject(new Error('broken'));
    expect((await pull(world, task)).goodUntil).toBe(goodUntil);
    const { lease, failure, dueAt } = await stored(aRefresher(world, tables), task.terms.id);
    expect([lease, failure?.count, dueAt! > world.now]).toEqual([undefined, 0, true]);
  });
});
