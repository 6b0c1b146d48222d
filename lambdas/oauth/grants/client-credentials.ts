import type { RegistryReader } from '../../ports/registry.ts';
import { ok, refuse } from '../../runtime/result.ts';
import { chooseTarget, uriOfAudience } from '../resource/target.ts';
import { grantedScope } from '../scope/granted-scope.ts';
import { defineGrant, type Grant } from './grant.ts';

/** RFC 6749 §4.4: an agent acts as itself, through one of its clients and without a person. */
export function clientCredentialsGrant(registry: RegistryReader): Grant {
  return defineGrant({
    type: 'client_credentials',
    parameters: ['resource', 'audience', 'scope'],
    parse: ({ values, resources }) =>
      ok({ scope: values.get('scope'), audience: values.get('audience'), resources }),
    decide: async ({ scope: asked, audience, resources }, { client: { client, agent } }) => {
      // RFC 6749 §4.4: for confidential clients only.
      if (client.authentication.method === 'none') return refuse({ reason: 'grant_not_allowed' });
      if (agent === undefined) return refuse({ reason: 'client_without_agent' });
      if (agent.state === 'disabled') return refuse({ reason: 'agent_disabled' });
      const named =
        audience === undefined ? undefined : await uriOfAudience(registry, agent.catalogue, audience);
      const entry = chooseTarget(agent.catalogue, resources, named);
      if (!entry.ok) return entry;
      const { resource } = await registry.view({ resourceUri: entry.value.resource });
      if (resource?.state !== 'active') return refuse({ reason: 'resource_not_available' });
      const scope = grantedScope(asked, entry.value, resource);
      if (!scope.ok) return scope;
      // RFC 9068 §2.2: without a person, the client is the subject.
      const names = { subject: client.id, clientId: client.id, agentId: agent.id };
      return ok({ plan: { ...names, audience: resource.audience, resource, scope: scope.value } });
    },
  });
}
