import { randomUUID } from 'node:crypto';
import type { StoredTask } from '../../../lambdas/ports/tasks.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { sweepAheadSeconds } from '../../../lambdas/tasks/due.ts';
import type { RefreshPorts } from '../../../lambdas/tasks/ports.ts';
import { renewLate } from '../../../lambdas/tasks/renew-late.ts';
import { ofPerson, opened, stored, type World } from '../../property/world-of-tasks.ts';
import { openedAt } from '../../unit/tasks/a-task.ts';

/** Something that is done with one task, and what has to have come of it, whatever struck it. */
export interface Flow {
  readonly name: string;
  readonly begin: (ports: RefreshPorts) => Promise<StoredTask>;
  /** What is struck; absent: a worker looks at the task when it is due. */
  readonly act?: (world: World, ports: RefreshPorts, task: StoredTask) => Promise<unknown>;
  /** What went wrong; undefined: nothing. */
  readonly judge: (world: World, ports: RefreshPorts, task: StoredTask) => Promise<string | undefined>;
}

const near = after(openedAt, 1_200);
const soon = after(openedAt, 700);

export const flows: readonly Flow[] = [
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
      (await goesOn(world, ports, task)) ?? toldLast(world, await stored(ports, task.terms.id)),
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
    judge: isOver,
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

async function isOver(world: World, ports: RefreshPorts, task: StoredTask): Promise<string | undefined> {
  const { id } = task.terms;
  const [above, ...below] = [await stored(ports, id), ...(await ports.tasks.find(task.children))];
  if (above.ended?.reason !== 'ceiling_reached' || above.ended.at !== task.ceiling) return 'its end is wrong';
  if (above.dueAt !== undefined || above.lease !== undefined) return 'it was not tidied';
  if (below.length !== 1 || below.some(({ ended }) => ended?.of !== id)) return 'what is below it goes on';
  return toldOnce(world, task, 'TaskEnded');
}

/** Each renewal that was told is another; the last of them is the one that is written down. */
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
