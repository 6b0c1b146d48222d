import type { GrantTerms } from '../../ports/grants.ts';
import type { Agent, Client, RegistryReader, Resource } from '../../ports/registry.ts';
import type { Issuer, ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { endpointsOf } from '../metadata/endpoints.ts';
import { amongHeld, type HeldScope } from '../people/held-scope.ts';
import type { GrantRefusal } from '../refusal.ts';
import { isOpenTo } from '../resource/open-to.ts';
import { isOpenIdScope } from '../scope/openid-scope.ts';
import { beyond, intersection, parseScope, union } from '../scope/scope.ts';
import type { TokenPlan } from './grant.ts';

/** The client that a grant is of, as it is now. */
export interface Asker {
  readonly client: Pick<Client, 'agentId' | 'managedBy'>;
  readonly agent?: Agent;
}

/**
 * What a token on a person's grant says now. A grant never widens, and it narrows with all that it rests on: the agent
 * and its catalogue, the resource and its scopes, and what the person holds. What is disabled gives nothing, and is
 * there again once it is enabled.
 */
export async function personPlan(
  { issuer, registry }: { readonly issuer: Issuer; readonly registry: Pick<RegistryReader, 'view'> },
  terms: GrantTerms,
  asker: Asker,
  { asked, held }: { readonly asked?: string | undefined; readonly held?: HeldScope | undefined } = {},
): Promise<Result<TokenPlan, GrantRefusal>> {
  const scope = askedScope(terms, asked);
  if (!scope.ok) return scope;
  const { client, agent } = asker;
  // A client id that was registered anew may belong to another agent.
  if (client.agentId !== terms.agentId) return refuse({ reason: 'agent_changed' });
  if (terms.agentId !== undefined && agent?.state !== 'active') return refuse({ reason: 'agent_disabled' });
  const plan = planWithoutTarget(terms, held);
  if (terms.resource === undefined) {
    return ok({ ...plan, audience: endpointsOf(issuer).userinfo, scope: scope.value });
  }
  const { resource } = await registry.view({ resourceUri: terms.resource });
  if (resource === undefined || !isServed(resource, asker))
    return refuse({ reason: 'resource_not_available' });
  const left = whatIsLeft(scope.value, resource, agent, held);
  return left.length > 0
    ? ok({ ...plan, audience: resource.audience, resource, scope: left })
    : refuse({ reason: 'nothing_held' });
}

function isServed(resource: Resource, { client, agent }: Asker): boolean {
  return resource.state === 'active' && (agent !== undefined || isOpenTo(resource, client));
}

function planWithoutTarget(
  { id, clientId, agentId, person }: GrantTerms,
  held: HeldScope | undefined,
): Pick<TokenPlan, 'subject' | 'clientId' | 'agentId' | 'granted'> {
  return {
    ...{ subject: person.id, clientId },
    ...(agentId !== undefined && { agentId }),
    granted: { ...person, id, roles: held?.roles ?? person.roles },
  };
}

/** RFC 6749 §6: as much as was granted, or less where the client asks for less. */
export function askedScope(
  { scope: granted }: Pick<GrantTerms, 'scope'>,
  asked: string | undefined,
): Result<readonly ScopeName[], GrantRefusal> {
  if (asked === undefined) return ok(granted);
  const scope = parseScope(asked);
  if (!scope.ok) return scope;
  return beyond(scope.value, granted).length === 0
    ? scope
    : refuse({ reason: 'scope_not_granted', available: granted });
}

/** Nothing where of all that was asked of the resource nothing is left. */
function whatIsLeft(
  scope: readonly ScopeName[],
  { uri, scopes }: Resource,
  agent: Agent | undefined,
  held: HeldScope | undefined,
): readonly ScopeName[] {
  const ofResource = scope.filter((name) => !isOpenIdScope(name));
  const defined = intersection(
    ofResource,
    scopes.map(({ name }) => name),
  );
  const entry = agent?.catalogue.find(({ resource }) => resource === uri);
  const { required = [], optional = [] } = entry ?? {};
  const allowed = agent === undefined ? defined : intersection(defined, union(required, optional));
  const left = held === undefined ? allowed : amongHeld(held, allowed);
  return ofResource.length > 0 && left.length === 0
    ? []
    : scope.filter((name) => isOpenIdScope(name) || left.includes(name));
}
