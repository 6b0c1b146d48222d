import type { Agent, RegistryReader, ScopeCatalogue } from '../../ports/registry.ts';
import type { AssertionReplay } from '../../ports/replay.ts';
import type { ProvenWorkload, WorkloadRule } from '../../ports/workloads.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { defineGrant, type Grant } from '../grants/grant.ts';
import { upstreamSkewSeconds } from '../people/id-token.ts';
import type { GrantRefusal } from '../refusal.ts';
import { chooseTarget } from '../resource/target.ts';
import { grantedScope } from '../scope/granted-scope.ts';
import { intersection } from '../scope/scope.ts';
import { jwtBearerGrantType } from './grant-type.ts';

interface WorkloadGrantPorts {
  readonly registry: RegistryReader;
  readonly replay: AssertionReplay;
  readonly random: Random;
}

/** RFC 7523 §2.1: an agent acts as itself, by what the platform says that it runs on; nobody registered a client for it. */
export function workloadGrant(ports: WorkloadGrantPorts): Grant {
  const grant = defineGrant({
    type: jwtBearerGrantType,
    parameters: ['resource', 'scope'],
    parse: ({ values, resources }) => ok({ scope: values.get('scope'), resources }),
    decide: async ({ scope: asked, resources }, { client: { client, agent, workload }, now }) => {
      if (agent === undefined || workload === undefined) return refuse({ reason: 'grant_not_allowed' });
      if (agent.state === 'disabled') return refuse({ reason: 'agent_disabled' });
      const entry = chooseTarget(narrowed(agent, workload.rule).catalogue, resources);
      if (!entry.ok) return entry;
      const { resource } = await ports.registry.view({ resourceUri: entry.value.resource });
      if (resource?.state !== 'active') return refuse({ reason: 'resource_not_available' });
      const scope = grantedScope(asked, entry.value, resource);
      if (!scope.ok) return scope;
      const names = { subject: client.id, clientId: client.id, agentId: agent.id };
      return ok({
        plan: { ...names, audience: resource.audience, resource, scope: scope.value, workload },
        mark: () => useUp(ports, workload, now),
      });
    },
  });
  return { ...grant, isFor: ({ workload }) => workload !== undefined };
}

/** What the agent may ask for, as far as the rule lets this workload. */
function narrowed(agent: Agent, { grants }: WorkloadRule): Agent {
  if (grants === undefined) return agent;
  const catalogue = agent.catalogue.flatMap((entry): readonly ScopeCatalogue[] => {
    const granted = grants.find(({ resource }) => resource === entry.resource);
    if (granted === undefined) return [];
    const required = intersection(entry.required, granted.scopes);
    return [{ ...entry, required, optional: intersection(entry.optional, granted.scopes) }];
  });
  return { ...agent, catalogue };
}

/** Once, until nobody takes it any more; unless its platform gives one for many uses. */
async function useUp(
  { replay, random }: WorkloadGrantPorts,
  { verified: { anchor, claims, jti, expiresAt } }: ProvenWorkload,
  now: Instant,
): Promise<Result<object, GrantRefusal>> {
  if (anchor.reusable === true) return ok({});
  const until = after(expiresAt, upstreamSkewSeconds + 1);
  const use = { issuer: String(claims['iss']), jti, until, now, attempt: random(16) };
  return (await replay.markUsed(use)) ? ok({}) : refuse({ reason: 'workload_assertion_replayed' });
}
