import type { StoredTask, Tasks, TaskTerms } from '../../ports/tasks.ts';
import type { Instant } from '../../runtime/clock.ts';
import { fraction } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import { dueAt, type TaskTiming } from '../../tasks/due.ts';
import type { EgressPorts } from '../egress/egress-access.ts';
import type { GrantContext, TokenPlan } from '../grants/grant.ts';
import { markProofs, type MarkPorts } from '../mark-proofs.ts';
import type { Parameters } from '../parameters.ts';
import type { GrantRefusal, Refusal } from '../refusal.ts';
import { beyond, parseScope } from '../scope/scope.ts';
import type { IssueToken } from '../tokens/issue.ts';
import { type AskedTask, readAskedTask } from './asked-task.ts';
import { type Foundation, foundationOf, type FoundationPorts } from './foundation.ts';
import { heldUpstream, type ToldUpstream } from './held-upstream.ts';
import { unfitForSecret } from './into-secret.ts';
import { type MintedToken, mintToken } from './mint-token.ts';
import { boundTo, newTask } from './new-task.ts';
import { taskAgent } from './owner.ts';
import { taskRefused } from './refusal.ts';
import { overAbove } from './task-above.ts';
import { planTask, targetOf, type TaskPlanPorts } from './task-plan.ts';

export interface OpenPorts extends FoundationPorts, TaskPlanPorts, MarkPorts {
  readonly registry: FoundationPorts['registry'];
  readonly tasks: Pick<Tasks, 'open' | 'adopt' | 'end'>;
  readonly timing: TaskTiming;
  readonly issue: IssueToken;
  readonly egress?: EgressPorts | undefined;
}

export interface OpenedTask {
  readonly task: StoredTask;
  /** Shown this once. */
  readonly handle: Secret;
  readonly token: MintedToken;
}

/** Opens a task, with its first token. Everything is signed before anything is written, and the task itself is written last. */
export async function openTask(
  ports: OpenPorts,
  parameters: Parameters,
  context: GrantContext,
): Promise<Result<OpenedTask, Refusal>> {
  const asked = readAskedTask(parameters);
  if (!asked.ok) return asked;
  const agent = taskAgent(context.client);
  if (!agent.ok) return agent;
  const bound = boundTo(agent.value, context);
  if (!bound.ok) return bound;
  const founded = await foundationOf(ports, asked.value, agent.value, context);
  if (!founded.ok) return founded;
  const planned = await firstPlans(ports, asked.value, founded.value, context);
  if (!planned.ok) return planned;
  const { access, plan, told } = planned.value;
  const unfit = asked.value.delivery.kind === 'secret' ? unfitForSecret(plan) : undefined;
  if (unfit !== undefined) return taskRefused(unfit);
  const task = newTask(
    ports,
    asked.value,
    { ...founded.value, access, told },
    { agent: agent.value, bound: bound.value, now: context.now },
  );
  if (!task.ok) return task;
  const opened = task.value.task;
  const owner = agent.value;
  const token = await mintToken(ports, { task: opened, owner, ...bound.value }, plan, context.now);
  if (!token.ok) return token;
  const fault = await markProofs(ports, context, undefined);
  if (fault !== undefined) return refuse({ reason: fault });
  const fresh = dueWith(ports, opened, token.value.askBy);
  const kept = await keepTask(ports, fresh, founded.value, context);
  return kept.ok ? ok({ task: fresh, handle: task.value.handle, token: token.value }) : kept;
}

/** What its provider made is asked for again before it ends, though the task is good for longer. */
function dueWith(
  { timing, random }: Pick<OpenPorts, 'timing' | 'random'>,
  task: StoredTask,
  askBy: Instant | undefined,
): StoredTask {
  if (askBy === undefined) return task;
  const told = { ...task, askBy };
  return { ...told, dueAt: dueAt(told, timing, fraction(random)) };
}

interface FirstPlans {
  /** As much as there is of it now: a task never grows. */
  readonly access: TaskTerms['access'];
  readonly plan: TokenPlan;
  readonly told: ToldUpstream;
}

async function firstPlans(
  ports: OpenPorts,
  { scope: asked }: AskedTask,
  { basis, access, grant }: Foundation,
  { client: owner, now, requestId }: GrantContext,
): Promise<Result<FirstPlans, GrantRefusal>> {
  const { held, told } = heldUpstream(ports.people);
  const { id: clientId, agentId } = owner.client;
  if (agentId === undefined) return refuse({ reason: 'client_without_agent' });
  const terms = { clientId, agentId, access, basis };
  const plans = await planTask(ports, { terms, grant }, owner, { now, requestId, held });
  if (!plans.ok) return plans;
  const given = plans.value.flatMap((each) => {
    const resource = targetOf(each);
    return resource === undefined ? [] : [{ resource, scope: each.scope }];
  });
  const [plan] = plans.value;
  if (plan === undefined || given.length < access.length) return refuse({ reason: 'resource_not_available' });
  const available = given.flatMap(({ scope }) => scope);
  const wanted = asked === undefined ? undefined : parseScope(asked);
  if (wanted?.ok === true && beyond(wanted.value, available).length > 0) {
    return refuse({ reason: 'scope_not_granted', available });
  }
  return ok({ access: given, plan, told: told() });
}

/** Its place below another first, which may be refused, then the grant of its own, and then the task: of what is left behind nobody has a handle. */
async function keepTask(
  ports: OpenPorts,
  task: StoredTask,
  { keep, parent }: Foundation,
  context: GrantContext,
): Promise<Result<true, GrantRefusal>> {
  if (parent !== undefined) {
    const adopted = await ports.tasks.adopt(parent.task.terms.id, task.terms.id);
    if (adopted.kind !== 'written') {
      const { ended } = adopted.kind === 'over' ? adopted.task : parent.task;
      return ended === undefined
        ? taskRefused('too_many_children')
        : overAbove(ports, parent, ended, { ...context, clientId: task.terms.clientId });
    }
  }
  await keep?.();
  await ports.tasks.open(task);
  return ok(true);
}
