import { randomUUID } from 'node:crypto';
import type { StoredGrant } from '../../../lambdas/ports/grants.ts';
import type { StoredTask } from '../../../lambdas/ports/tasks.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { sweepAheadSeconds } from '../../../lambdas/tasks/due.ts';
import type { RefreshPorts } from '../../../lambdas/tasks/ports.ts';
import { renewLate } from '../../../lambdas/tasks/renew-late.ts';
import type { Account } from '../../property/world-of-deliveries.ts';
import { ofPerson, opened, type Refresher, stored, type World } from '../../property/world-of-tasks.ts';
import { openedAt } from '../../unit/tasks/a-task.ts';
import { aGrant } from '../store/mothers.ts';
import { intoASecret } from './into-a-secret.ts';
import type { Struck } from './struck.ts';

/** Something that is done with one task, and what has to have come of it, whatever struck it. */
export interface Flow {
  readonly name: string;
  readonly begin: (ports: Refresher, world: World) => Promise<StoredTask>;
  /** What it takes besides; `struck`: by a client that goes the way of the others. */
  readonly more?: (world: World, struck: Struck['secrets']) => Pick<RefreshPorts, 'delivery'>;
  /** What is struck; absent: a worker looks at the task when it is due. */
  readonly act?: (world: World, ports: RefreshPorts, task: StoredTask) => Promise<unknown>;
  /** What went wrong; undefined: nothing. */
  readonly judge: (world: World, ports: Refresher, task: StoredTask) => Promise<string | undefined>;
}

const near = after(openedAt, 1_200);
const soon = after(openedAt, 700);

export const flowsInto = (account: Account): readonly Flow[] => [...flows, intoASecret(account, goesOn)];

const flows: readonly Flow[] = [
  { name: "a machine's task is renewed", begin: (ports) => opened(ports), judge: goesOn },
  {
    name: "a person's task is renewed",
    begin: (ports) => opened(ports, { terms: ofPerson() }),
    judge: goesOn,
  },
  {
    name: 'a task is renewed, and the bus is told',
    begin: (ports) => opened(ports, { terms: { delivery: { kind: 'events' } } }),
    judge: async (world, ports, task) =>
      (await goesOn(world, ports, task)) ??
      toldLast(world, await stored(ports, task.terms.id)) ??
      toldOnce(world, task, 'TaskTokenRefreshed'),
  },
  {
    name: 'the ceiling of a task is near',
    begin: (ports) => opened(ports, { ceiling: near, goodUntil: near }),
    judge: async (world, ports, task) =>
      (await goesOn(world, ports, task)) ?? toldOnce(world, task, 'TaskEnding'),
  },
  {
    name: 'a task with a task below it reaches its ceiling',
    begin: withOneBelow,
    judge: isOverWithWhatIsBelow,
  },
  {
    name: 'a task by a grant of its own is renewed',
    begin: (ports) => withItsGrant(ports),
    judge: async (world, ports, task) =>
      (await goesOn(world, ports, task)) ?? ((await grantOf(ports, task)).ended && 'its grant has ended'),
  },
  {
    name: 'a task by a grant of its own reaches its ceiling',
    begin: (ports) => withItsGrant(ports, { ceiling: soon, dueAt: after(soon, 60) }),
    judge: isOverWithItsGrant,
  },
  {
    name: "a token is asked for of a machine's task that is late",
    begin: (ports) => opened(ports),
    act: pullLate,
    judge: goesOn,
  },
  {
    name: "a token is asked for of a person's task that is late",
    begin: (ports) => opened(ports, { terms: ofPerson() }),
    act: pullLate,
    judge: goesOn,
  },
];

const promisedSeconds = 180;

/** As soon as it is late: so much is left then that another attempt is in time. */
function pullLate(world: World, ports: RefreshPorts, task: StoredTask): Promise<unknown> {
  world.now = after(task.goodUntil, 1 - promisedSeconds - ports.leaseSeconds);
  const late = { ...ports, pause: () => new Promise<never>(() => undefined) };
  return renewLate(late, task, { now: world.now, requestId: randomUUID(), promisedSeconds });
}

/** Its ceiling comes first. */
async function withOneBelow(ports: RefreshPorts): Promise<StoredTask> {
  const above = await opened(ports, { ceiling: soon, dueAt: after(soon, 60) });
  const below = await opened(ports, { terms: { ancestors: [above.terms.id] } });
  await ports.tasks.adopt(above.terms.id, below.terms.id);
  return stored(ports, above.terms.id);
}

/** What it rests on was opened for it alone. */
async function withItsGrant(
  ports: Refresher,
  differences: Partial<Pick<StoredTask, 'ceiling' | 'dueAt'>> = {},
): Promise<StoredTask> {
  const grant = aGrant({ createdAt: openedAt });
  await ports.grants.create(grant);
  const { id, person } = grant.terms;
  const basis = { kind: 'grant', grant: id, person: person.id, idp: person.idp, owned: true } as const;
  return opened(ports, { ...differences, terms: { basis } });
}

async function grantOf({ grants }: Refresher, { terms: { basis } }: StoredTask): Promise<StoredGrant> {
  const grant = basis.kind === 'grant' ? await grants.find(basis.grant) : undefined;
  if (grant === undefined) throw new Error('it has no grant');
  return grant;
}

/** Nobody who asked for a token was refused, and nobody works on it any more. */
async function goesOn(world: World, ports: RefreshPorts, task: StoredTask): Promise<string | undefined> {
  const now = await stored(ports, task.terms.id);
  if (now.ended !== undefined) return `it has ended: ${now.ended.reason}`;
  if (now.confirmedAt === task.confirmedAt) return 'it was not renewed';
  if (now.goodUntil <= world.now) return 'tokens of it were refused';
  if (now.lease !== undefined) return 'its lease was not given back';
  // At its ceiling it is over whoever looks.
  const latest = now.goodUntil < now.ceiling ? now.goodUntil : after(now.ceiling, sweepAheadSeconds);
  return now.dueAt !== undefined && now.dueAt <= latest ? undefined : 'nobody looks at it in time';
}

async function isOver(world: World, ports: Refresher, task: StoredTask): Promise<string | undefined> {
  const { id } = task.terms;
  const { ended, dueAt, lease } = await stored(ports, id);
  if (ended?.reason !== 'ceiling_reached' || ended.at !== task.ceiling) return 'its end is wrong';
  if (dueAt !== undefined || lease !== undefined) return 'it was not tidied';
  return toldOnce(world, task, 'TaskEnded');
}

async function isOverWithWhatIsBelow(
  world: World,
  ports: Refresher,
  task: StoredTask,
): Promise<string | undefined> {
  const below = await ports.tasks.find(task.children);
  const isEnded = below.length === 1 && below.every(({ ended }) => ended?.of === task.terms.id);
  return isEnded ? isOver(world, ports, task) : 'what is below it goes on';
}

async function isOverWithItsGrant(
  world: World,
  ports: Refresher,
  task: StoredTask,
): Promise<string | undefined> {
  const { ended } = await grantOf(ports, task);
  return ended?.reason === 'task_ended' ? isOver(world, ports, task) : 'its grant goes on';
}

/** The last renewal that was told is the one that is written down. */
function toldLast({ told }: World, { terms, goodUntil }: StoredTask): string | undefined {
  const last = told.findLast((each) => each.event === 'TaskTokenRefreshed' && each.taskId === terms.id);
  const until = last?.event === 'TaskTokenRefreshed' ? last.goodUntil : undefined;
  return until === goodUntil ? undefined : 'the bus was told of another renewal';
}

/** However often: each time under one id, by which whoever hears it drops what is repeated. */
function toldOnce({ told }: World, { terms }: StoredTask, event: string): string | undefined {
  const ids = told.flatMap((each) => (each.event === event && each.taskId === terms.id ? [each.id] : []));
  return new Set(ids).size === 1 ? undefined : `${event} was told as ${new Set(ids).size} events`;
}
