import { clientSecretBasic, createAgent, type Agent } from '../../../lambdas/agent/index.ts';
import { clientSecret } from './client-secret.ts';
import type { Walk } from './walk-context.ts';

/** A process of the planner of the demo company, which knows nothing of the others. */
export async function plannerAgent({ endpoints, fetch }: Pick<Walk, 'endpoints' | 'fetch'>): Promise<Agent> {
  const secret = await clientSecret(endpoints, 'planner-client');
  return createAgent({
    issuer: endpoints.issuer,
    client: clientSecretBasic('planner-client', secret),
    fetch,
  });
}
