import { downstreamDependency } from '../../ports/downstream.ts';
import type { Grants } from '../../ports/grants.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { StoredTask } from '../../ports/tasks.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Confirm, Confirmation } from '../../tasks/renewal.ts';
import { heldUpstream } from './held-upstream.ts';
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
  return { kind: 'stands', ...told() };
}

function unreachable({ terms: { basis } }: StoredTask, error: DependencyUnavailable): Confirmation {
  const { dependency: what, retryAfterSeconds } = error;
  // Of a provider that answers nothing at all, as much is heard: whoever asks it for us takes too long, or is asked by too many that wait.
  const isOfProvider =
    basis.kind === 'grant' && [`identity provider ${basis.idp}`, downstreamDependency].includes(what);
  return {
    ...{ kind: 'unreachable', what, interaction: false, retryAfterSeconds },
    ...(isOfProvider && { idp: basis.idp }),
  };
}
