import type { StoredTask } from '../../ports/tasks.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { TaskTiming } from '../../tasks/due.ts';
import type { EndTaskPorts } from '../../tasks/end-task.ts';
import { type LatePorts, renewLate } from '../../tasks/renew-late.ts';
import type { EgressPorts } from '../egress/egress-access.ts';
import type { TokenPlan } from '../grants/grant.ts';
import type { HeldAt } from '../grants/held-now.ts';
import { heldByRoles } from '../people/held-scope.ts';
import type { GrantRefusal } from '../refusal.ts';
import { chooseTarget } from '../resource/target.ts';
import type { IssueToken } from '../tokens/issue.ts';
import type { HeldTask } from './held-task.ts';
import { liveTask, overWith } from './live-task.ts';
import { type MintedToken, mintToken, promisedSeconds } from './mint-token.ts';
import { overBy } from './over.ts';
import { type Asking, planTask, targetOf, type TaskPlanPorts } from './task-plan.ts';

export interface PullPorts extends TaskPlanPorts, EndTaskPorts {
  readonly timing: TaskTiming;
  readonly late: LatePorts;
  readonly issue: IssueToken;
  readonly egress?: EgressPorts | undefined;
}

/** As old as what is known of the registry can be. */
const registrySeconds = 5;

type Context = Pick<Asking, 'now' | 'requestId'>;

/** The current token of a task for one of its resources: made now, of what was last confirmed, which is asked now where that was too long ago. */
export async function pullToken(
  ports: PullPorts,
  presented: HeldTask,
  resources: readonly string[],
  context: Context,
): Promise<Result<MintedToken, GrantRefusal>> {
  const live = await liveTask(ports, presented, context);
  if (!live.ok) return live;
  const access = chooseTarget(live.value.task.terms.access, resources);
  if (!access.ok) return access;
  const renewed = await inTime(ports, live.value, context);
  if (!renewed.ok) return renewed;
  const plans = await plansOf(ports, renewed.value, context);
  if (!plans.ok) return plans;
  const plan = plans.value.find((each) => targetOf(each) === access.value.resource);
  return plan === undefined
    ? refuse({ reason: 'resource_not_available' })
    : mintToken(ports, renewed.value, plan, context.now);
}

/** As a refresher has left it in time; where none has come, as this request leaves it. */
async function inTime(
  ports: PullPorts,
  held: HeldTask,
  context: Context,
): Promise<Result<HeldTask, GrantRefusal>> {
  const asked = { ...context, promisedSeconds: promisedSeconds(ports.timing) };
  const task = await renewLate(ports.late, held.task, asked);
  if (task.ended !== undefined) return overWith(ports, task, task.ended, context);
  const right = settled(task, context.now);
  return right.ok ? ok({ ...held, task }) : right;
}

/** What is over for good ends the task: whoever comes again is told the same. */
async function plansOf(
  ports: PullPorts,
  { task, grant, owner }: HeldTask,
  context: Context,
): Promise<Result<readonly TokenPlan[], GrantRefusal>> {
  const asking = { ...context, held: heldAsConfirmed(ports, task) };
  const plans = await planTask(ports, { terms: task.terms, grant }, owner, asking);
  if (plans.ok) return plans;
  const { id: taskId, openedAt } = task.terms;
  // Of what was registered just before the task was opened, this instance may not know yet. Grants are read as they are.
  if (plans.refusal.reason !== 'grant_ended' && context.now < after(openedAt, registrySeconds)) {
    return refuse({ reason: 'task_unsettled', taskId, retryAfterSeconds: registrySeconds });
  }
  return overWith(ports, task, { at: context.now, ...overBy(plans.refusal) }, context);
}

/** By what the person's identity provider said when the task was last confirmed. Nobody is asked. */
export function heldAsConfirmed({ people }: TaskPlanPorts, { roles }: Pick<StoredTask, 'roles'>): HeldAt {
  return async ({ id: grantId, person }) => {
    const idp = (await people?.identityProviders.all())?.find(({ id }) => id === person.idp);
    if (idp?.state !== 'active') return refuse({ reason: 'idp_disabled', grantId });
    return ok((resource) => heldByRoles(idp, roles ?? person.roles, resource));
  };
}

/** Nobody waits longer before asking again: by then somebody may have looked. */
const mostSeconds = 60;

/** Once the right to issue has run out nothing is issued on it, until a refresher has found that everything stands, or that it is over. */
function settled({ terms, goodUntil, dueAt }: StoredTask, now: Instant): Result<true, GrantRefusal> {
  if (now < goodUntil) return ok(true);
  const retryAfterSeconds = Math.min(Math.max((dueAt ?? now) - now, 1), mostSeconds);
  return refuse({ reason: 'task_unsettled', taskId: terms.id, retryAfterSeconds });
}
