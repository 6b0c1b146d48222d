import type { GrantedBy, Grants } from '../ports/grants.ts';
import type { Page, PageRequest } from '../ports/registry-store.ts';
import type { RunningTasks } from '../ports/running-tasks.ts';
import type { StoredTask, TaskEnd, Tasks } from '../ports/tasks.ts';
import type { Instant } from '../runtime/clock.ts';
import type { TaskId } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { healthOf, type TaskHealth } from './health.ts';

export interface SightPorts {
  readonly running: RunningTasks;
  readonly tasks: Pick<Tasks, 'find' | 'end'>;
  readonly grants: Pick<Grants, 'several'>;
}

/** A task as operators see it. */
export interface SeenTask {
  readonly task: StoredTask;
  readonly health: TaskHealth;
  /** In whose name it works, as they were when they granted it; absent of a machine's, or once the grant is forgotten. */
  readonly person?: GrantedBy;
}

/** Tasks of one call that is asked of the store. */
const atOnce = 100;

/** A page of those of which something is due. `undefined`: no such cursor. */
export async function listTasks(
  ports: SightPorts,
  asked: PageRequest,
  now: Instant,
): Promise<Page<SeenTask> | undefined> {
  const page = await ports.running.list(asked);
  return page && { ...page, things: await seen(ports, page.things, now) };
}

/** Also one that is over, for as long as it is kept. */
export async function seeTask(ports: SightPorts, id: TaskId, now: Instant): Promise<SeenTask | undefined> {
  return (await seen(ports, await ports.tasks.find([id]), now))[0];
}

export type EndRefusal =
  { readonly reason: 'not_found' } | { readonly reason: 'task_over'; readonly end: TaskEnd };

/** Ends a task and all below it, for what an operator says. What ended it first stays. */
export async function endByOperator(
  ports: SightPorts,
  id: TaskId,
  { now, why, requestId }: { readonly now: Instant; readonly why: string; readonly requestId: string },
): Promise<Result<SeenTask, EndRefusal>> {
  const before = await seeTask(ports, id, now);
  if (before === undefined) return refuse({ reason: 'not_found' });
  if (before.health.kind === 'over') return refuse({ reason: 'task_over', end: before.health.end });
  const end: TaskEnd = { at: now, reason: 'revoked', detail: why };
  const written = await ports.tasks.end(id, end, requestId);
  if (written.kind === 'gone') return refuse({ reason: 'not_found' });
  const { task } = written;
  const stays = task.ended ?? end;
  if (written.kind === 'over') return refuse({ reason: 'task_over', end: stays });
  return ok({ ...before, task, health: { kind: 'over', end: stays } });
}

async function seen(
  { tasks, grants }: SightPorts,
  found: readonly StoredTask[],
  now: Instant,
): Promise<readonly SeenTask[]> {
  const above = await ancestorsOf(tasks, found);
  const granted = await grants.several(
    found.flatMap(({ terms: { basis } }) => (basis.kind === 'grant' ? [basis.grant] : [])),
  );
  const people = new Map(granted.map(({ terms }) => [terms.id, terms.person]));
  return found.map((task) => {
    const { basis } = task.terms;
    const person = basis.kind === 'grant' ? people.get(basis.grant) : undefined;
    return { task, health: healthOf(task, above, now), ...(person && { person }) };
  });
}

async function ancestorsOf(
  tasks: Pick<Tasks, 'find'>,
  found: readonly StoredTask[],
): Promise<readonly StoredTask[]> {
  const known = new Set(found.map(({ terms }) => terms.id));
  const unknown = [...new Set(found.flatMap(({ terms }) => terms.ancestors))].filter((id) => !known.has(id));
  const calls = Array.from({ length: Math.ceil(unknown.length / atOnce) }, (_, index) =>
    tasks.find(unknown.slice(index * atOnce, (index + 1) * atOnce)),
  );
  return [...found, ...(await Promise.all(calls)).flat()];
}
