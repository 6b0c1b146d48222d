import type {
  AwsRoleNames,
  Client,
  RegistryNames,
  RegistryReader,
  RegistryView,
} from '../../ports/registry.ts';
import { isStoppedForGood } from '../../ports/client-registrations.ts';
import type { Clock, Instant } from '../../runtime/clock.ts';
import type { ClientId, ResourceUri } from '../../runtime/identifiers.ts';
import { decodeAgent } from './agent-codec.ts';
import type { Item } from './attributes.ts';
import type { CachedItems } from './cached-items.ts';
import { decodeClient, decodeClientAlias } from './client-codec.ts';
import { decodedOnce } from './decoded-once.ts';
import { decodeKeptDocument } from './kept-documents.ts';
import { keyOf } from './keys.ts';
import { decodeResource } from './resource-codec.ts';

interface ReaderOptions {
  readonly clock: Clock;
  /** Whether clients may be metadata documents, whose last copies are kept beside the registry. */
  readonly clientDocuments: boolean;
}

/** Reads all that one request names at once, and along with it what an earlier request showed to belong to that. */
export function registryReader(
  cache: CachedItems<Item>,
  { clock, clientDocuments }: ReaderOptions,
): RegistryReader {
  const agents = remembered();
  const clients = remembered();

  return {
    resources: async (uris) => {
      const items = await cache.read(uris.map(keyOf.resource));
      return [...items.values()].map(resourceOf);
    },
    view: async (names) => {
      if (names.clientId?.includes(':') === true) return documentView(names.clientId, names.resourceUri);
      const aliases = names.awsRole === undefined ? [] : aliasKeys(names.awsRole);
      const resourceKey = names.resourceUri && keyOf.resource(names.resourceUri);
      const hint = clientKey(names) ?? aliases.map(clients.of).find((key) => key !== undefined);
      const namedAgent = agentKeyOf(names);
      const asked = [...aliases, hint, agents.of(hint), namedAgent, resourceKey].filter(
        (key) => key !== undefined,
      );
      const items = await cache.read(asked);
      const find = async (key: string | undefined): Promise<Item | undefined> => {
        if (key === undefined) return undefined;
        return asked.includes(key) ? items.get(key) : (await cache.read([key])).get(key);
      };
      const key = clientKey(names) ?? aliasedClient(aliases, items);
      const client = unexpired(present(await find(key), clientOf), clock());
      const agentKey = agentKeyOf(client) ?? namedAgent;
      agents.remember(key, agentKey);
      const agent = present(await find(agentKey), agentOf);
      const resource = present(await find(resourceKey), resourceOf);
      return { ...(client && { client }), ...(agent && { agent }), ...(resource && { resource }) };
    },
  };

  /** The id of a registered client holds no colon: this one is the URL of a document. */
  async function documentView(url: ClientId, resourceUri: ResourceUri | undefined): Promise<RegistryView> {
    const documentKey = clientDocuments ? keyOf.clientDocument(url) : undefined;
    const resourceKey = resourceUri && keyOf.resource(resourceUri);
    const items = await cache.read([documentKey, resourceKey].filter((key) => key !== undefined));
    const document = present(items.get(documentKey ?? ''), documentOf);
    const resource = present(items.get(resourceKey ?? ''), resourceOf);
    return { ...(document && { document }), ...(resource && { resource }) };
  }

  /** The client of the first alias that there is. */
  function aliasedClient(aliases: readonly string[], items: ReadonlyMap<string, Item>): string | undefined {
    for (const alias of aliases) {
      const item = items.get(alias);
      if (item === undefined) continue;
      const key = keyOf.client(decodeClientAlias(item));
      clients.remember(alias, key);
      return key;
    }
    return undefined;
  }
}

const documentOf = decodedOnce(decodeKeptDocument);
const clientOf = decodedOnce(decodeClient);
const agentOf = decodedOnce(decodeAgent);
const resourceOf = decodedOnce(decodeResource);

function present<Thing>(item: Item | undefined, decode: (item: Item) => Thing): Thing | undefined {
  return item === undefined ? undefined : decode(item);
}

/** The sweep comes late: a client counts until its time and no longer, but for one that whoever asks is told was disabled. */
function unexpired(client: Client | undefined, now: Instant): Client | undefined {
  if (client?.expiresAt === undefined || now < client.expiresAt) return client;
  return isStoppedForGood(client) ? client : undefined;
}

function clientKey({ clientId }: RegistryNames): string | undefined {
  return clientId === undefined ? undefined : keyOf.client(clientId);
}

function agentKeyOf(of: Pick<RegistryNames, 'agentId'> | undefined): string | undefined {
  return of?.agentId && keyOf.agent(of.agentId);
}

function aliasKeys({ issuer, patterns }: AwsRoleNames): readonly string[] {
  return patterns.map((pattern) => keyOf.awsRole(issuer, pattern));
}

const rememberedKeys = 1_000;

/** Which key belongs to a key. A hint of what to read along: the items as read decide. */
function remembered(): {
  readonly of: (key: string | undefined) => string | undefined;
  readonly remember: (key: string | undefined, belonging: string | undefined) => void;
} {
  const known = new Map<string, string>();
  return {
    of: (key) => (key === undefined ? undefined : known.get(key)),
    remember: (key, belonging) => {
      if (key === undefined || belonging === undefined || known.get(key) === belonging) return;
      const [oldest] = known.keys();
      if (known.size >= rememberedKeys && oldest !== undefined) known.delete(oldest);
      known.set(key, belonging);
    },
  };
}
