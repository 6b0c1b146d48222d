import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoredTask } from '../../lambdas/ports/tasks.ts';
import { after } from '../../lambdas/runtime/clock.ts';
import type { IdpId } from '../../lambdas/runtime/identifiers.ts';
import { look } from '../../lambdas/tasks/look.ts';
import type { RefreshPorts } from '../../lambdas/tasks/ports.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';
import { openedAt } from '../unit/tasks/a-task.ts';
import { aRefresher, aWorld, ofPerson, opened } from './world-of-tasks.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(async () => {
  await tables.stop();
});

const dueOf = ({ terms, dueAt = openedAt }: StoredTask) => ({ id: terms.id, dueAt });
const unreachable = { kind: 'unreachable', what: 'identity provider', interaction: false } as const;

describe('an identity provider that does not answer', () => {
  const idp = (): IdpId => `idp-${randomUUID()}` as IdpId;

  async function manyOf(ports: RefreshPorts, at: IdpId, count: number): Promise<readonly StoredTask[]> {
    return Promise.all(Array.from({ length: count }, () => opened(ports, { terms: ofPerson(at) })));
  }

  test('is asked by few after five failures, and no task ends while it is down for twenty minutes', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const at = idp();
    const tasks = await manyOf(ports, at, 30);
    world.answer = () => Promise.resolve({ ...unreachable, idp: at });
    for (
      world.now = after(openedAt, 600);
      world.now < after(openedAt, 1_800);
      world.now = after(world.now, 60)
    ) {
      await lookAtAll(ports, tasks, world.now);
    }
    expect(world.asked.length).toBeLessThan(40);
    expect(world.audited).toContainEqual(
      expect.objectContaining({ event: 'provider_circuit_opened', idp: at }),
    );
    world.answer = () => Promise.resolve({ kind: 'stands' });
    const back = world.now;
    for (; world.now < after(back, 600); world.now = after(world.now, 60))
      await lookAtAll(ports, tasks, world.now);
    const found = await ports.tasks.find(tasks.map(({ terms }) => terms.id));
    expect(found.every(({ ended, failure }) => ended === undefined && failure === undefined)).toBe(true);
    expect(found.every(({ confirmedAt }) => confirmedAt >= back)).toBe(true);
    expect(world.audited).toContainEqual({ event: 'provider_circuit_closed', idp: at });
    expect(world.told.every(({ event }) => event === 'TaskFailed')).toBe(true);
  });

  test('keeps those at others from nothing', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const [down, up] = [idp(), idp()];
    const tasks = await manyOf(ports, down, 10);
    world.answer = () => Promise.resolve({ ...unreachable, idp: down });
    world.now = after(openedAt, 600);
    await lookAtAll(ports, tasks, world.now);
    await lookAtAll(ports, tasks, after(world.now, 60));
    world.answer = () => Promise.resolve({ kind: 'stands' });
    const [other] = await manyOf(ports, up, 1);
    if (other === undefined) throw new Error('none was opened');
    expect(await look(ports, dueOf(other), randomUUID())).toMatchObject({ outcome: 'renewed' });
  });

  test('is asked for a task that has nothing to go on with, whatever others have met', async () => {
    const world = aWorld();
    const ports = aRefresher(world, tables);
    const at = idp();
    world.answer = () => Promise.resolve({ ...unreachable, idp: at });
    world.now = after(openedAt, 600);
    for (const task of await manyOf(ports, at, 6)) await look(ports, dueOf(task), randomUUID());
    const held = await opened(ports, { terms: ofPerson(at) });
    const bare = await opened(ports, { goodUntil: world.now, terms: ofPerson(at) });
    const before = world.asked.length;
    await look(ports, dueOf(held), randomUUID());
    // The one that asks for all.
    const probes = world.asked.length - before;
    await look(ports, dueOf(held), randomUUID());
    expect(probes).toBeLessThanOrEqual(1);
    world.answer = () => Promise.resolve({ kind: 'stands' });
    expect(await look(ports, dueOf(bare), randomUUID())).toMatchObject({ outcome: 'renewed' });
  });
});

/** Whoever is due by then, one after the other. */
async function lookAtAll(ports: RefreshPorts, tasks: readonly StoredTask[], by: number): Promise<void> {
  const found = await ports.tasks.find(tasks.map(({ terms }) => terms.id));
  for (const task of found)
    if (task.dueAt !== undefined && task.dueAt <= by) await look(ports, dueOf(task), randomUUID());
}
