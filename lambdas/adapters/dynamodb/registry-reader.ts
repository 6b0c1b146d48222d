import type { Client, RegistryReader } from '../../ports/registry.ts';
import type { AgentId, ClientId } from '../../runtime/identifiers.ts';
import { decodeAgent } from './agent-codec.ts';
import type { Item } from './attributes.ts';
import type { CachedItems } from './cached-items.ts';
import { decodeClient } from './client-codec.ts';
import { decodedOnce } from './decoded-once.ts';
import { keyOf } from './keys.ts';
import { decodeResource } from './resource-codec.ts';

const rememberedClients = 1_000;

/** Reads all that one request names at once, the client's agent included once the client was seen. */
export function registryReader(cache: CachedItems<Item>): RegistryReader {
  const agents = rememberedAgents();

  return {
    view: async ({ clientId, resourceUri }) => {
      const hint = clientId === undefined ? undefined : agents.of(clientId);
      const items = await cache.read([
        ...(clientId === undefined ? [] : [keyOf.client(clientId)]),
        ...(hint === undefined ? [] : [keyOf.agent(hint)]),
        ...(resourceUri === undefined ? [] : [keyOf.resource(resourceUri)]),
      ]);
      const client = clientId && present(items.get(keyOf.client(clientId)), clientOf);
      if (client !== undefined) agents.remember(client);
      const agent = await agentBehind(client, items);
      const resource = resourceUri && present(items.get(keyOf.resource(resourceUri)), resourceOf);
      return {
        ...(client !== undefined && { client }),
        ...(agent !== undefined && { agent }),
        ...(resource !== undefined && { resource }),
      };
    },
  };

  async function agentBehind(client: Client | undefined, items: ReadonlyMap<string, Item>) {
    if (client?.agentId === undefined) return undefined;
    const key = keyOf.agent(client.agentId);
    return present(items.get(key) ?? (await cache.read([key])).get(key), agentOf);
  }
}

const clientOf = decodedOnce(decodeClient);
const agentOf = decodedOnce(decodeAgent);
const resourceOf = decodedOnce(decodeResource);

function present<Thing>(item: Item | undefined, decode: (item: Item) => Thing): Thing | undefined {
  return item === undefined ? undefined : decode(item);
}

/** Which agent to read along with a client. A hint: the client as read decides whose it is. */
function rememberedAgents(): {
  readonly of: (client: ClientId) => AgentId | undefined;
  readonly remember: (client: Client) => void;
} {
  const known = new Map<ClientId, AgentId>();
  return {
    of: (client) => known.get(client),
    remember: ({ id, agentId }) => {
      if (agentId === undefined || known.get(id) === agentId) return;
      const [oldest] = known.keys();
      if (known.size >= rememberedClients && oldest !== undefined) known.delete(oldest);
      known.set(id, agentId);
    },
  };
}
