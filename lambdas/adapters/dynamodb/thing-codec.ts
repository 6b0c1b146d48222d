import type { Kind, Stored, Things } from '../../ports/registry-store.ts';
import type { ResourceUri } from '../../runtime/identifiers.ts';
import { decodeAgent, encodeAgent } from './agent-codec.ts';
import type { Alias } from './alias.ts';
import { decodeApi, encodeApi } from './api-codec.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { clientAliases, decodeClient, encodeClient } from './client-codec.ts';
import { decodeEgressProvider, encodeEgressProvider } from './egress-provider-codec.ts';
import { decodeIdentityProvider, encodeIdentityProvider } from './identity-provider-codec.ts';
import { keyOf } from './keys.ts';
import { decodeResource, decodeTargetAlias, encodeResource, targetAlias } from './resource-codec.ts';

type Get = (key: string) => Promise<Item | undefined>;

interface ThingCodec<Thing extends Things[Kind]> {
  readonly key: (thing: Thing) => string;
  /** The values that no other thing may have: claimed in one name space. */
  readonly identifiers: (thing: Thing) => readonly string[];
  /** The other keys under which it is found, of which no other thing has one. */
  readonly aliases: (thing: Thing) => readonly Alias[];
  readonly locate: (get: Get, id: Thing['id']) => Promise<Item | undefined>;
  readonly encode: (thing: Thing) => PlainRecord;
  readonly decode: (item: Item) => Thing;
}

export const thingCodecs: { readonly [K in Kind]: ThingCodec<Things[K]> } = {
  resource: {
    key: ({ uri }) => keyOf.resource(uri),
    identifiers: ({ uri, audience }) => [...new Set<string>([uri, audience])],
    aliases: (resource) => [targetAlias(resource)],
    locate: (get, id) => locateTarget(get, id, keyOf.resource),
    encode: encodeResource,
    decode: decodeResource,
  },
  agent: {
    key: ({ id }) => keyOf.agent(id),
    identifiers: ({ id }) => [id],
    aliases: () => [],
    locate: (get, id) => get(keyOf.agent(id)),
    encode: encodeAgent,
    decode: decodeAgent,
  },
  client: {
    key: ({ id }) => keyOf.client(id),
    // An id that we made is nobody else's: its item alone says whether there is such a client.
    identifiers: ({ id, managedBy }) => (managedBy.kind === 'self' ? [] : [id]),
    aliases: clientAliases,
    locate: (get, id) => get(keyOf.client(id)),
    encode: encodeClient,
    decode: decodeClient,
  },
  idp: {
    key: ({ id }) => keyOf.idp(id),
    // It stands in no token; the claim is where the record of its removal stays.
    identifiers: ({ id }) => [`idp/${id}`],
    aliases: () => [],
    locate: (get, id) => get(keyOf.idp(id)),
    encode: encodeIdentityProvider,
    decode: decodeIdentityProvider,
  },
  api: {
    key: ({ uri }) => keyOf.api(uri),
    identifiers: ({ uri }) => [uri],
    // Its ids are those of resources, so that a rule which names one names one thing.
    aliases: (api) => [targetAlias(api)],
    locate: (get, id) => locateTarget(get, id, keyOf.api),
    encode: encodeApi,
    decode: decodeApi,
  },
  provider: {
    key: ({ id }) => keyOf.egressProvider(id),
    // Its URI is that of the resource which goes with it; the claim is where the record of its removal stays.
    identifiers: ({ id }) => [`provider/${id}`],
    aliases: () => [],
    locate: (get, id) => get(keyOf.egressProvider(id)),
    encode: encodeEgressProvider,
    decode: decodeEgressProvider,
  },
};

async function locateTarget(
  get: Get,
  id: string,
  key: (uri: ResourceUri) => string,
): Promise<Item | undefined> {
  const alias = await get(keyOf.targetAlias(id));
  return alias && get(key(decodeTargetAlias(alias)));
}

export function decodeStored<K extends Kind>(kind: K, item: Item): Stored<Things[K]> {
  const thing = thingCodecs[kind].decode(item);
  const seededDigest = item['seeded_digest']?.S;
  return {
    thing,
    version: Number(item['version']?.N),
    ...(seededDigest !== undefined && { seededDigest }),
  };
}
