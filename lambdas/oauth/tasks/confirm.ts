import { downstreamDependency } from '../../ports/downstream.ts';
import type { Grants } from '../../ports/grants.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { StoredTask } from '../../ports/tasks.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import type { Confirm, Confirmation } from '../../tasks/renewal.ts';
import { apiRefused } from '../exchange/api-refusal.ts';
import { heldUpstream } from './held-upstream.ts';
import { askAhead, type AskedAhead } from './machine-access.ts';
import { overBy } from './over.ts';
import { planTask, type TaskPlanPorts } from './task-plan.ts';

export interface ConfirmPorts extends TaskPlanPorts {
  readonly registry: RegistryReader;
  readonly grants: Pick<Grants, 'find'>;
}

const personToSignIn = 'the person has to sign in again at their identity provider';

/**
 * Asks everything that a task rests on: its client and agent, its resources, and of a person what they granted, and their identity
 * provider whether they still stand. What is disabled ends the task, for a task has nobody who would come again.
 */
export function taskConfirmation(ports: ConfirmPorts): Confirm {
  return async (task, now) => {
    try {
      return await confirmed(ports, task, now);
    } catch (error) {
      if (!(error instanceof DependencyUnavailable)) throw error;
      return unreachable(task, error);
    }
  };
}

async function confirmed(
  { registry, grants, ...ports }: ConfirmPorts,
  { terms }: StoredTask,
  now: Instant,
): Promise<Confirmation> {
  const { id, clientId, basis } = terms;
  const owner = await registry.view({ clientId });
  const grant = basis.kind === 'grant' ? await grants.find(basis.grant) : undefined;
  const { held, told } = heldUpstream(ports.people);
  const plans = await planTask({ ...ports, registry }, { terms, grant }, owner, { now, requestId: id, held });
  if (!plans.ok) {
    return plans.refusal.reason === 'person_to_sign_in'
      ? { kind: 'unreachable', what: personToSignIn, interaction: true }
      : { kind: 'over', ...overBy(plans.refusal) };
  }
  const ahead = await askAhead(ports.machines, plans.value);
  if (ahead.kind === 'refused') return refusedBy(ports, ahead);
  if (ahead.kind === 'unreachable') return unreachableAt(ahead.error, ahead.api.idp);
  return {
    kind: 'stands',
    ...told(),
    ...(ahead.askBy !== undefined && { askBy: ahead.askBy }),
  };
}

/** What nobody but an operator, or who has the API, lets the agent have again. All else at a provider is to be put right there. */
const forGood: readonly string[] = [
  ...['not_allowed', 'api_gone', 'idp_disabled', 'agents_not_allowed', 'scope_not_allowed'],
  ...['audience_unknown', 'audience_not_allowed', 'scopes_of_several', 'invalid_target'],
];

/** What is given to the agent no more ends the task, in words; what is to be put right ends it where nobody has for as long as it may go on. */
function refusedBy(
  { issuer }: Pick<ConfirmPorts, 'issuer'>,
  { api: { id, idp }, refusal }: Extract<AskedAhead, { readonly kind: 'refused' }>,
): Confirmation {
  const told = apiRefused(refusal, { issuer, acr: undefined });
  const why = refusal.kind === 'refused' ? (refusal.fault ?? refusal.error) : refusal.kind;
  const what = `API ${id}: ${told.ok ? why : told.refusal.description}`;
  if (forGood.includes(why)) return { kind: 'over', reason: 'policy', detail: what };
  return { kind: 'unreachable', what, idp, interaction: false };
}

function unreachable({ terms: { basis } }: StoredTask, error: DependencyUnavailable): Confirmation {
  return unreachableAt(error, basis.kind === 'grant' ? basis.idp : undefined);
}

function unreachableAt(error: DependencyUnavailable, idp: IdpId | undefined): Confirmation {
  const { dependency: what, retryAfterSeconds } = error;
  // Of a provider that answers nothing at all, as much is heard: whoever asks it for us takes too long, or is asked by too many that wait.
  const isOfProvider = idp !== undefined && [`identity provider ${idp}`, downstreamDependency].includes(what);
  return {
    ...{ kind: 'unreachable', what, interaction: false, retryAfterSeconds },
    ...(isOfProvider && { idp }),
  };
}
