import type { StoredGrant } from '../../ports/grants.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { TaskAccess, TaskTerms } from '../../ports/tasks.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Issuer, ResourceUri } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { exchangedPlans, type FamilyPlanPorts } from '../exchange/family-plan.ts';
import type { TokenPlan } from '../grants/grant.ts';
import type { HeldAt } from '../grants/held-now.ts';
import { personPlan } from '../grants/person-plan.ts';
import type { GrantRefusal } from '../refusal.ts';
import { formatScope, intersection, union } from '../scope/scope.ts';
import { machinePlans, type MachinePorts } from './machine-access.ts';
import { type Owner, ownersNow, type TaskAgent } from './owner.ts';

export interface TaskPlanPorts {
  readonly issuer: Issuer;
  readonly registry: Pick<RegistryReader, 'resources' | 'view'>;
  /** Undefined where no people sign in. */
  readonly people: FamilyPlanPorts | undefined;
  /** Undefined where there is no identity provider. */
  readonly machines?: MachinePorts | undefined;
}

/** What tokens of a task rest on besides its owner. */
export interface PlannedTask {
  readonly terms: Pick<TaskTerms, 'clientId' | 'agentId' | 'access' | 'basis'>;
  readonly grant?: StoredGrant | undefined;
}

export interface Asking {
  readonly now: Instant;
  readonly requestId: string;
  /** What the person holds: as their identity provider says now, or as it was last confirmed. */
  readonly held: HeldAt;
}

/**
 * What a task gives now, at each of its resources that gives anything; never more than it was opened with. Refused where none gives
 * anything.
 */
export async function planTask(
  ports: TaskPlanPorts,
  task: PlannedTask,
  owner: Owner,
  asking: Asking,
): Promise<Result<readonly TokenPlan[], GrantRefusal>> {
  const current = ownersNow(owner, task.terms);
  if (!current.ok) return current;
  if (task.terms.basis.kind === 'agent') return ofAgent(ports, task.terms, current.value);
  const [access] = task.terms.access;
  if (access === undefined) return refuse({ reason: 'resource_not_available' });
  const plan = await ofPerson(ports, { ...task, access }, current.value, asking);
  return plan.ok ? ok([plan.value]) : plan;
}

/** RFC 6749 §4.4: the agent as itself, within its catalogue as it is now, and what APIs give it. */
async function ofAgent(
  { registry, machines }: TaskPlanPorts,
  { access }: PlannedTask['terms'],
  { client, agent }: TaskAgent,
): Promise<Result<readonly TokenPlan[], GrantRefusal>> {
  const resources = await registry.resources(access.map(({ resource }) => resource));
  const names = { subject: client.id, clientId: client.id, agentId: agent.id };
  const plans = await Promise.all(
    access.map(async (each): Promise<readonly TokenPlan[]> => {
      const { resource: uri, scope: opened } = each;
      const resource = resources.find((candidate) => candidate.uri === uri);
      if (resource === undefined) return machinePlans(machines, each, names);
      const entry = agent.catalogue.find((candidate) => candidate.resource === uri);
      if (resource.state !== 'active' || entry === undefined) return [];
      const defined = resource.scopes.map(({ name }) => name);
      const scope = intersection(intersection(opened, union(entry.required, entry.optional)), defined);
      return scope.length === 0 ? [] : [{ ...names, audience: resource.audience, resource, scope }];
    }),
  );
  return plans.flat().length > 0 ? ok(plans.flat()) : refuse({ reason: 'resource_not_available' });
}

/** What of a task its token is for. */
export function targetOf({ resource, api }: TokenPlan): ResourceUri | undefined {
  return resource?.uri ?? api?.uri;
}

async function ofPerson(
  { issuer, registry, people }: TaskPlanPorts,
  { terms, grant, access }: PlannedTask & { readonly access: TaskAccess },
  owner: TaskAgent,
  { now, requestId, held: heldAt }: Asking,
): Promise<Result<TokenPlan, GrantRefusal>> {
  const live = liveGrant(terms, grant, now);
  if (!live.ok) return live;
  // Of a deployment that has no identity provider any more.
  if (people === undefined) return refuse({ reason: 'idp_disabled', grantId: live.value.terms.id });
  const { terms: granted, family } = live.value;
  const { origin } = granted;
  if (origin !== undefined) {
    const exchanged = { terms: { ...granted, origin }, family };
    return exchangedPlans(people, heldAt)(exchanged, formatScope(access.scope), { now, requestId });
  }
  const held = await heldAt(granted, { now, requestId });
  if (!held.ok) return held;
  const narrowed = { ...granted, resource: access.resource, scope: access.scope };
  return personPlan({ issuer, registry }, narrowed, owner, { held: held.value(access.resource) });
}

type Live = StoredGrant & { readonly family: NonNullable<StoredGrant['family']> };

/** A task goes on for as long as the person lets its client go on while they are away. */
function liveGrant(
  { clientId, basis }: PlannedTask['terms'],
  grant: StoredGrant | undefined,
  now: Instant,
): Result<Live, GrantRefusal> {
  const grantId = basis.kind === 'grant' ? basis.grant : undefined;
  if (grantId === undefined) return refuse({ reason: 'resource_not_available' });
  const over = (why: string): Result<never, GrantRefusal> =>
    refuse({ reason: 'grant_ended', grantId, why } as const);
  if (grant?.terms.clientId !== clientId) return over('root_over');
  if (grant.ended !== undefined) return over(grant.ended.reason);
  const { family } = grant;
  if (family === undefined || now >= family.idleUntil) return over('root_over');
  return ok({ ...grant, family });
}
