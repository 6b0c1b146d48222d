import type { Grants } from '../../ports/grants.ts';
import type { OpaqueTokens } from '../../ports/opaque-tokens.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { TaskTerms } from '../../ports/tasks.ts';
import { ok, refuse } from '../../runtime/result.ts';
import type { DeliveryPorts } from '../../tasks/deliver.ts';
import type { TaskTiming } from '../../tasks/due.ts';
import { formatScope } from '../scope/scope.ts';
import type { IssueToken } from '../tokens/issue.ts';
import { knownToken, type TokenSources } from '../tokens/known-token.ts';
import { coversSecret } from '../workload/secret-pattern.ts';
import { mintToken } from './mint-token.ts';
import { type Owner, ownersNow } from './owner.ts';
import { heldAsConfirmed } from './pull-token.ts';
import { planTask, type TaskPlanPorts } from './task-plan.ts';

export interface DeliverablePorts extends TaskPlanPorts, TokenSources {
  readonly registry: RegistryReader;
  readonly grants: Pick<Grants, 'find'>;
  readonly opaque: Pick<OpaqueTokens, 'find'>;
  readonly issue: IssueToken;
  readonly timing: TaskTiming;
}

/** The tokens that go into secrets: each is one that its task would pull, but for the key that nobody shows. */
export function deliverable(ports: DeliverablePorts): Pick<DeliveryPorts, 'plan' | 'works'> {
  const { registry, grants } = ports;
  return {
    plan: async (task, resource, { now, requestId }) => {
      const { terms } = task;
      const { basis, clientId } = terms;
      const owner = await registry.view({ clientId });
      if (!isLetInto(owner, terms)) return refuse({ reason: 'secret_not_allowed' });
      const grant = basis.kind === 'grant' ? await grants.find(basis.grant) : undefined;
      const asking = { now, requestId, held: heldAsConfirmed(ports, task) };
      const plans = await planTask(ports, { terms, grant }, owner, asking);
      if (!plans.ok) return refuse({ reason: plans.refusal.reason });
      const plan = plans.value.find((each) => each.resource?.uri === resource);
      if (plan === undefined) return refuse({ reason: 'resource_not_available' });
      return ok(async () => {
        const minted = await mintToken(ports, { task, owner }, plan, now);
        if (!minted.ok) return refuse({ reason: minted.refusal.reason });
        const { accessToken: text, jti, expiresAt } = minted.value;
        if (jti === undefined) return refuse({ reason: 'secret_of_api' });
        return ok({ text, jti, expiresAt, scope: formatScope(plan.scope) });
      });
    },
    works: async (token, { terms }, now) => {
      const read = await knownToken(token, ports, now);
      return read.ok && read.value.task_chain?.at(-1) === terms.id;
    },
  };
}

/** Whoever narrows what an agent may do narrows what its tasks may, those that were opened before among them. */
function isLetInto(owner: Owner, terms: TaskTerms): boolean {
  const current = ownersNow(owner, terms);
  if (!current.ok || terms.delivery.kind !== 'secret') return false;
  const { secretArn } = terms.delivery;
  return (current.value.agent.tasks.secrets ?? []).some((pattern) => coversSecret(pattern, secretArn));
}
