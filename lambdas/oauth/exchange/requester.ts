import type { Delegation, RegistryReader, Resource } from '../../ports/registry.ts';
import type { ResourceUri } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import type { GrantRefusal } from '../refusal.ts';
import { type Actor, actorName } from './chain.ts';
import { type ExchangeRefusal, exchangeRefused } from './refusal.ts';
import type { Subject } from './subject.ts';

/** Who asks to act in somebody's name, and what policy lets it do. */
export interface Requester {
  readonly actor: Actor;
  readonly delegations: readonly Delegation[];
  /** Of which it is the server, where it is one. */
  readonly serverOf?: Resource;
}

/** RFC 8693 §1.3: the actor is who proved itself; a public client proves nothing, whoever it says it is. */
export async function requesterOf(
  registry: Pick<RegistryReader, 'view'>,
  { client, agent }: Pick<AuthenticatedClient, 'client' | 'agent'>,
): Promise<Result<Requester, GrantRefusal>> {
  if (client.authentication.method === 'none') return refuse({ reason: 'grant_not_allowed' });
  if (client.agentId !== undefined) {
    if (agent?.state !== 'active') return refuse({ reason: 'agent_disabled' });
    const actor = { clientId: client.id, agentId: agent.id };
    return permitted({ actor, delegations: agent.delegations ?? [] });
  }
  if (client.resource === undefined) return refuse({ reason: 'client_without_agent' });
  const { resource } = await registry.view({ resourceUri: client.resource });
  if (resource?.state !== 'active') return exchangeRefused('server_disabled');
  const { delegations = [] } = resource;
  return permitted({ actor: { clientId: client.id }, delegations, serverOf: resource });
}

function permitted(requester: Requester): Result<Requester, ExchangeRefusal> {
  return requester.delegations.length > 0 ? ok(requester) : exchangeRefused('nothing_delegated');
}

/**
 * A token is exchanged by whom it was sent to, and by nobody else: one that was stolen on its way to A is not to become
 * one for B. RFC 8693 §4.4: where it says itself who may act, that is the one.
 */
export async function presenterFault(
  registry: Pick<RegistryReader, 'resources'>,
  { actor, serverOf }: Requester,
  { presentedBy, mayAct, holders }: Pick<Subject, 'presentedBy' | 'mayAct' | 'holders'>,
): Promise<Result<true, ExchangeRefusal>> {
  const holder = holders.at(-1);
  if (holder !== undefined && actorName(holder) === actorName(actor)) {
    return exchangeRefused('subject_token_of_requester');
  }
  if ('actors' in presentedBy) {
    const isNamed = presentedBy.actors.some((id) => id === actor.agentId);
    return isNamed ? ok(true) : exchangeRefused('not_the_audience');
  }
  const { audience } = presentedBy;
  const resource = serverOf ?? (await resourceOf(registry, audience));
  if (mayAct !== undefined) {
    return mayAct === actorName(actor) ? ok(true) : exchangeRefused('may_not_act');
  }
  return resource?.audience === audience && isServedBy(resource, actor)
    ? ok(true)
    : exchangeRefused('not_the_audience');
}

/** A resource that has another audience than its URI tells in its tokens who its agent is. */
async function resourceOf(
  registry: Pick<RegistryReader, 'resources'>,
  audience: string,
): Promise<Resource | undefined> {
  const [resource] = await registry.resources([audience as ResourceUri]);
  return resource?.state === 'active' ? resource : undefined;
}

function isServedBy({ agentId, actor: registered }: Resource, actor: Actor): boolean {
  if (actor.agentId === undefined) return true;
  return actor.agentId === agentId || actor.agentId === registered;
}
