import { randomUUID } from 'node:crypto';
import { dynamoCircuits } from '../../lambdas/adapters/dynamodb/circuits.ts';
import { dynamoGrants } from '../../lambdas/adapters/dynamodb/grants.ts';
import { dynamoTasks } from '../../lambdas/adapters/dynamodb/tasks.ts';
import type { Grants } from '../../lambdas/ports/grants.ts';
import type { TaskEvent } from '../../lambdas/ports/task-work.ts';
import type { StoredTask } from '../../lambdas/ports/tasks.ts';
import { after, type Instant } from '../../lambdas/runtime/clock.ts';
import { sha256 } from '../../lambdas/runtime/digest.ts';
import { DependencyUnavailable } from '../../lambdas/runtime/dependency.ts';
import type { AuditEvent } from '../../lambdas/runtime/events.ts';
import type { GrantId, IdpId, PersonId, TaskId } from '../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../lambdas/runtime/random.ts';
import { providerGate } from '../../lambdas/tasks/circuit.ts';
import { look, type Looked } from '../../lambdas/tasks/look.ts';
import type { RefreshPorts } from '../../lambdas/tasks/ports.ts';
import type { Confirmation } from '../../lambdas/tasks/renewal.ts';
import type { TestTables } from '../support/dynamodb.ts';
import { aTask, openedAt } from '../unit/tasks/a-task.ts';

export const timing = { tokenSeconds: 900, graceSeconds: 3_600 };

/** What is around the refreshers: the time, what tasks rest on, and who hears of them. */
export interface World {
  now: Instant;
  /** What everything that tasks rest on comes to. */
  answer: () => Promise<Confirmation>;
  /** Whether the event bus takes anything. */
  isDeaf: boolean;
  /** When what tasks rest on was asked. */
  readonly asked: Instant[];
  readonly told: TaskEvent[];
  readonly audited: AuditEvent[];
}

export function aWorld(): World {
  const answer = (): Promise<Confirmation> => Promise.resolve({ kind: 'stands' });
  return { now: openedAt, answer, isDeaf: false, asked: [], told: [], audited: [] };
}

/** One instance of the refresher. */
export interface Refresher extends RefreshPorts {
  readonly grants: Grants;
}

/** Its clock is `skew` seconds ahead. */
export function aRefresher(world: World, tables: TestTables, skew = 0): Refresher {
  const store = { client: tables.client(), table: tables.grants };
  const audit = (event: AuditEvent): void => {
    world.audited.push(event);
  };
  return {
    tasks: dynamoTasks(store),
    confirm: (_, now) => {
      world.asked.push(now);
      return world.answer();
    },
    providers: providerGate({
      circuits: dynamoCircuits(store),
      rate: () => Promise.resolve(undefined),
      ...{ random: systemRandom, audit },
    }),
    grants: dynamoGrants(store),
    events: {
      tell: (events) => {
        if (world.isDeaf) return Promise.reject(new DependencyUnavailable('EventBridge', { cause: 'down' }));
        world.told.push(...events);
        return Promise.resolve();
      },
    },
    ...{ timing, leaseSeconds: 300 },
    clock: () => after(world.now, skew),
    ...{ random: systemRandom, audit },
  };
}

export const aTaskId = (): TaskId => sha256(randomUUID()).slice(0, 22) as TaskId;

/** Opens a task that nobody knows yet. */
export async function opened(
  { tasks }: Pick<RefreshPorts, 'tasks'>,
  { terms = {}, ...differences }: Parameters<typeof aTask>[0] = {},
): Promise<StoredTask> {
  const id = aTaskId();
  const task = aTask({ ...differences, handleDigest: sha256(id), terms: { id, ...terms } });
  await tasks.open(task);
  return task;
}

/** Of a person at a provider that no other test knows. */
export function ofPerson(idp = `idp-${randomUUID()}` as IdpId): Partial<StoredTask['terms']> {
  const grant = sha256(randomUUID()).slice(0, 22) as GrantId;
  return {
    basis: { kind: 'grant', grant, person: sha256(randomUUID()) as PersonId, idp, owned: false },
  };
}

export async function stored({ tasks }: Pick<RefreshPorts, 'tasks'>, id: TaskId): Promise<StoredTask> {
  const [task] = await tasks.find([id]);
  if (task === undefined) throw new Error('there is no such task');
  return task;
}

/** Looks at it when it is due. */
export async function lookWhenDue(world: World, ports: RefreshPorts, id: TaskId): Promise<Looked> {
  const { dueAt } = await stored(ports, id);
  if (dueAt === undefined) throw new Error('nothing is due of it');
  if (world.now < dueAt) world.now = dueAt;
  return look(ports, { id, dueAt }, randomUUID());
}
