import type { StoredGrant } from '../../ports/grants.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { RestingTask } from '../../ports/resting-tasks.ts';
import type { StoredTask, TaskAccess, TaskBasis } from '../../ports/tasks.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { EndTaskPorts } from '../../tasks/end-task.ts';
import type { GrantContext } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import { accessBelow, agentAccess } from './agent-basis.ts';
import type { AskedTask } from './asked-task.ts';
import { type HeldTaskPorts, taskOfClient } from './held-task.ts';
import { liveTask } from './live-task.ts';
import type { MachinePorts } from './machine-access.ts';
import type { TaskAgent } from './owner.ts';
import { personBasis, type PersonBasisPorts } from './person-basis.ts';
import { taskOfSender, withRoomBelow } from './task-above.ts';

/** What a new task rests on. */
export interface Foundation {
  readonly basis: TaskBasis;
  readonly access: readonly TaskAccess[];
  readonly grant?: StoredGrant;
  /** Keeps the grant that was made for the task alone. */
  readonly keep?: () => Promise<unknown>;
  /** The task above it, and those above that. */
  readonly parent?: RestingTask;
}

export interface FoundationPorts extends HeldTaskPorts, EndTaskPorts {
  readonly registry: RegistryReader;
  /** Undefined where no people sign in. */
  readonly persons: PersonBasisPorts | undefined;
  readonly machines?: MachinePorts | undefined;
}

export async function foundationOf(
  ports: FoundationPorts,
  asked: AskedTask,
  agent: TaskAgent,
  context: GrantContext,
): Promise<Result<Foundation, GrantRefusal>> {
  switch (asked.basis.kind) {
    case 'agent': {
      const access = await agentAccess(ports, agent, asked);
      return access.ok ? ok({ basis: { kind: 'agent' }, access: access.value }) : access;
    }
    case 'person':
      return ofPerson(ports, asked.basis, asked, context);
    case 'parent':
      return below(ports, asked.basis.handle, asked, context);
  }
}

async function ofPerson(
  { persons, resting }: FoundationPorts,
  subject: Extract<AskedTask['basis'], { readonly kind: 'person' }>,
  asked: AskedTask,
  context: GrantContext,
): Promise<Result<Foundation, GrantRefusal>> {
  if (persons === undefined) return refuse({ reason: 'refresh_token_unknown' });
  const founded = await personBasis(persons, subject, asked, context);
  if (!founded.ok) return founded;
  const { grant, access, keep, below: above } = founded.value;
  const parent = above === undefined ? ok(undefined) : await taskOfSender(resting, above, context.now);
  if (!parent.ok) return parent;
  const { id, person } = grant.terms;
  const basis = {
    kind: 'grant',
    grant: id,
    person: person.id,
    idp: person.idp,
    owned: keep !== undefined,
  } as const;
  return ok({
    ...{ basis, access: [access], grant },
    ...(keep && { keep }),
    ...(parent.value && { parent: parent.value }),
  });
}

/** A task below one of the same client: it works as that does, and ends with it. */
async function below(
  ports: FoundationPorts,
  handle: string,
  asked: AskedTask,
  context: GrantContext,
): Promise<Result<Foundation, GrantRefusal>> {
  const held = await taskOfClient(ports, { handle }, context.client, context);
  if (!held.ok) return held;
  const parent = await liveTask(ports, held.value, context);
  if (!parent.ok) return parent;
  const room = withRoomBelow(parent.value);
  if (!room.ok) return room;
  const { task, grant } = parent.value;
  const access = accessBelow(task.terms.access, asked);
  if (!access.ok) return access;
  return ok({
    ...{ basis: asChild(task), access: access.value, parent: parent.value },
    ...(grant && { grant }),
  });
}

/** Whose grant it is ends it, not each that works on it. */
function asChild({ terms: { basis } }: StoredTask): TaskBasis {
  return basis.kind === 'agent' ? basis : { ...basis, owned: false };
}
