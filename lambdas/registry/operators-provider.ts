import type { RegistryStore } from '../ports/registry-store.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { DeclaredEgressProvider } from './declaration/egress-provider.ts';
import { checkAgentExists, invalid } from './references.ts';
import type { FieldRefusal } from './refusal.ts';

/**
 * A third party that an operator declares. Secrets and keys are the deployment's, each for what the config says: none is
 * sent to a place that an operator chose.
 */
export async function resolveEgressProvider(
  store: RegistryStore,
  declared: DeclaredEgressProvider,
): Promise<Result<DeclaredEgressProvider, FieldRefusal>> {
  const { credential, agents } = declared;
  if (credential.kind !== 'oauth2') {
    const fix =
      'needs a secret or a key, which a deployment alone can hold; declare the provider in the config, or as one of kind oauth2 whose client has no secret';
    return refuse(invalid('credential.kind', credential.kind, fix));
  }
  if (credential.clientAuthentication !== 'none') {
    const fix =
      'proves itself by a secret, which a deployment alone can hold; declare the provider in the config, or write "none" for a client without one';
    return refuse(invalid('credential.client_authentication', credential.clientAuthentication, fix));
  }
  for (const [position, { agent }] of agents.entries()) {
    if ((await checkAgentExists(store, agent)) === undefined) continue;
    const fix = 'is not a registered agent; register the agent first';
    return refuse(invalid(`agents[${position}].agent`, agent, fix));
  }
  return ok(declared);
}
