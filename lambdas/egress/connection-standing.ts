import type { ConnectionStanding } from '../ports/connecting.ts';
import type { Connection, ConnectionPlace } from '../ports/connections.ts';
import type { EgressProvider, ServiceEgress } from '../ports/egress-providers.ts';
import type { AgentId, ConnectionId, ScopeName } from '../runtime/identifiers.ts';
import { fraction } from '../runtime/random.ts';
import { keptTokens } from './kept-tokens.ts';
import { firmly, pauseSeconds, unavailable } from './lease.ts';
import { isMadeFor, madeFor } from './made-for.ts';
import type { ConnectionPorts } from './ports.ts';
import { firmSeal, providerOf } from './renew-connection.ts';
import { serviceTokens } from './service-tokens.ts';

interface Wish {
  readonly agent: AgentId;
  readonly scopes: readonly ScopeName[];
}

/** Whether an agent can use a connection now: which of what it asks it is let do. */
export async function connectionStanding(
  ports: ConnectionPorts,
  place: ConnectionPlace,
  wish: Wish,
): Promise<ConnectionStanding> {
  const provider = await providerOf(ports, place);
  if (provider === undefined) return { kind: 'provider_gone' };
  const known = new Set(provider.scopes.map(({ name }) => name));
  const asked = { ...wish, scopes: wish.scopes.filter((scope) => known.has(scope)) };
  const { credential } = provider;
  return credential.kind === 'oauth2'
    ? heldStanding(ports, provider, place, asked)
    : serviceStanding(ports, { provider, credential, place }, asked);
}

async function heldStanding(
  { connections }: ConnectionPorts,
  provider: EgressProvider,
  place: ConnectionPlace,
  { agent, scopes }: Wish,
): Promise<ConnectionStanding> {
  const found = await connections.find(place);
  if (found === undefined) return wanting('not_connected');
  if (found.state === 'disconnecting') return wanting('disconnecting');
  if (found.state === 'interaction_required' || !isMadeFor(found, provider)) return wanting('connect_again');
  const isOfGroup = place.holder.kind !== 'group' || isMember(provider, place.holder.group, agent);
  const letDo = isOfGroup ? found.agents.find((each) => each.agent === agent) : undefined;
  if (letDo === undefined) return wanting('agent_not_let');
  const both = scopes.filter((scope) => letDo.scopes.includes(scope));
  if (both.length === 0) return wanting('scopes_not_let');
  return { kind: 'connected', connection: found.connection, scopes: both };
}

/** Who has left a group since uses its account no more. */
function isMember({ groups }: EgressProvider, group: string, agent: AgentId): boolean {
  return groups.some(({ id, agents }) => id === group && agents.includes(agent));
}

type Why = Extract<ConnectionStanding, { readonly kind: 'interaction_required' }>['why'];

function wanting(why: Why): ConnectionStanding {
  return { kind: 'interaction_required', why };
}

interface OfService {
  readonly provider: EgressProvider;
  readonly credential: ServiceEgress;
  readonly place: ConnectionPlace;
}

/** The deployment's own account: policy alone says who uses it, and nobody connects it. It is made when it is first asked for. */
async function serviceStanding(
  ports: ConnectionPorts,
  of: OfService,
  { scopes }: Wish,
): Promise<ConnectionStanding> {
  if (scopes.length === 0) return wanting('scopes_not_let');
  const found = (await ports.connections.find(of.place)) ?? (await made(ports, of));
  if (found === 'unusable') return wanting('connect_again');
  return found.state === 'disconnecting'
    ? wanting('disconnecting')
    : { kind: 'connected', connection: found.connection, scopes };
}

/** `unusable`: the third party takes nothing that the operator gave us. Throws where it could not be asked. */
async function made(
  ports: ConnectionPorts,
  { provider, credential, place }: OfService,
): Promise<Pick<Connection, 'connection' | 'state'> | 'unusable'> {
  const { connections, seals, clock, random } = ports;
  const connection = random(16) as ConnectionId;
  const binding = { provider: place.provider, holder: place.holder, connection };
  const seal = firmSeal(ports, await seals.prepare(binding));
  const at = clock();
  const given = await serviceTokens(ports, provider, credential);
  if (!given.ok) {
    if (given.refusal.kind !== 'failed') return 'unusable';
    const seconds = pauseSeconds(given.refusal, clock());
    throw unavailable(provider.id, `it gives no token: ${given.refusal.error}`, seconds);
  }
  const tokens = await keptTokens(given.value, {
    ...{ seal, asked: [], refreshKind: 'none', at, share: fraction(random) },
  });
  const attempt = random(16);
  const isMade = await firmly(ports, () =>
    connections.connect({ ...binding, ...tokens, madeFor: madeFor(provider), agents: [], attempt }, clock()),
  );
  if (isMade) return { connection, state: 'active' };
  await firmly(ports, () => seals.forget(binding));
  const others = await connections.find(place);
  if (others === undefined) throw unavailable(provider.id, 'another removed it');
  return others;
}
