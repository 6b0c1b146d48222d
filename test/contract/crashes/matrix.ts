import { randomUUID } from 'node:crypto';
import type { StoredTask } from '../../../lambdas/ports/tasks.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import { sweepAheadSeconds } from '../../../lambdas/tasks/due.ts';
import { look } from '../../../lambdas/tasks/look.ts';
import type { RefreshPorts } from '../../../lambdas/tasks/ports.ts';
import { startAccount } from '../../property/world-of-deliveries.ts';
import { aRefresher, aWorld, type Refresher, stored, type World } from '../../property/world-of-tasks.ts';
import type { TestTables } from '../../support/dynamodb.ts';
import { type Flow, flowsInto } from './flows.ts';
import { type Fault, faults, isCrash, type Struck, struckAt } from './struck.ts';

/** One cell of the crash matrix. */
export interface Cell {
  readonly flow: string;
  /** `2. UpdateItem`: which call of the flow was struck. */
  readonly call: string;
  readonly fault: Fault;
  readonly outcome: string;
  readonly isRight: boolean;
}

/** By then a lease is over, and the sweep has sent the task again. Seconds. */
const comesAgainSeconds = 360;

/** So often whoever comes next looks, at most, until nothing is due. */
const mostLooks = 6;

/** Strikes every call of every flow with every fault, and lets another worker come afterwards. */
export async function crashMatrix(tables: TestTables): Promise<readonly Cell[]> {
  const account = await startAccount();
  try {
    const cells: Cell[] = [];
    for (const flow of flowsInto(account)) cells.push(...(await cellsOf(tables, flow)));
    return cells;
  } finally {
    await account.stop();
  }
}

async function cellsOf(tables: TestTables, flow: Flow): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const calls = await callsOf(tables, flow);
  for (const [index, call] of calls.entries()) {
    for (const fault of faults) {
      const told = await cellOf(tables, flow, { call: index + 1, fault });
      cells.push({ flow: flow.name, call: `${index + 1}. ${call}`, fault, ...told });
    }
  }
  return cells;
}

/** One instance of the refresher, with what it takes for a flow. */
function workerOf({ more }: Flow, world: World, { tables, around, secrets }: Struck): Refresher {
  const ports = aRefresher(world, tables);
  return around({ ...ports, ...more?.(world, secrets) });
}

async function callsOf(tables: TestTables, flow: Flow): Promise<readonly string[]> {
  const [world, healthy, watched] = [aWorld(), struckAt(tables), struckAt(tables)];
  const task = await flow.begin(workerOf(flow, world, healthy), world);
  await actOf(flow)(world, workerOf(flow, world, watched), task);
  return watched.called;
}

async function cellOf(
  tables: TestTables,
  flow: Flow,
  at: { readonly call: number; readonly fault: Fault },
): Promise<Pick<Cell, 'outcome' | 'isRight'>> {
  const [world, healthy, struck] = [aWorld(), struckAt(tables), struckAt(tables, at)];
  const next = workerOf(flow, world, healthy);
  const task = await flow.begin(next, world);
  const first = actOf(flow)(world, workerOf(flow, world, struck), task).catch(() => undefined);
  await Promise.race([first, struck.crashed]);
  const looks = await untilNothingIsDue(world, next, task, isCrash(at.fault));
  const wrong = await flow.judge(world, next, task);
  const by = looks === 0 ? 'done by itself' : `done by who came next, in ${looks}`;
  return { outcome: wrong ?? by, isRight: wrong === undefined };
}

async function untilNothingIsDue(
  world: World,
  ports: RefreshPorts,
  { terms: { id }, confirmedAt }: StoredTask,
  hasCrashed: boolean,
): Promise<number> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const { dueAt, ended, ...now } = await stored(ports, id);
    const isRenewed = ended === undefined && now.confirmedAt !== confirmedAt;
    if (dueAt === undefined || (isRenewed && dueAt > after(world.now, sweepAheadSeconds))) return looks;
    const from = hasCrashed || now.lease !== undefined ? after(world.now, comesAgainSeconds) : world.now;
    world.now = laterOf(from, dueAt);
    await look(ports, { id, dueAt }, randomUUID());
  }
  return mostLooks;
}

const actOf = ({ act = lookNow }: Flow): NonNullable<Flow['act']> => act;

async function lookNow(
  world: World,
  ports: RefreshPorts,
  { terms: { id }, dueAt }: StoredTask,
): Promise<void> {
  if (dueAt === undefined) throw new Error('nothing is due of it');
  world.now = dueAt;
  await look(ports, { id, dueAt }, randomUUID());
}

function laterOf(one: Instant, other: Instant): Instant {
  return instant(Math.max(one, other));
}
