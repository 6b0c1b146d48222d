import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ApiDirectory } from '../../ports/downstream-apis.ts';
import type { EgressProviders } from '../../ports/egress-providers.ts';
import type { IdentityProviders } from '../../ports/identity-providers.ts';
import type { RegistryReader, ResourceDirectory } from '../../ports/registry.ts';
import type { KeyRings } from '../../ports/signing.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { EgressProviderId, IdpId } from '../../runtime/identifiers.ts';
import { decodeApi } from './api-codec.ts';
import type { Item } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { type CachedItems, cachedItems } from './cached-items.ts';
import { decodedOnce } from './decoded-once.ts';
import { dynamoEgressProviders } from './egress-providers.ts';
import { dynamoIdentityProviders } from './identity-providers.ts';
import { decodeKeyRing, emptyKeyRing } from './key-ring-codec.ts';
import { keyOf } from './keys.ts';
import { registryReader } from './registry-reader.ts';
import { decodeResource, decodeTargetAlias } from './resource-codec.ts';

/**
 * The registry for the request path: six ports over one cache, so that a request costs one read when something
 * is stale and none otherwise. Once the key ring was asked for, it is read along whenever something is; with
 * `needsKeyRing`, for functions whose every request needs it, from the first read on. The identity providers of `idps` are
 * read along likewise.
 */
export function dynamoRegistry(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  readonly needsKeyRing?: boolean;
  readonly idps?: readonly IdpId[];
  /** The third parties of the config that agents call through the vault. */
  readonly egress?: readonly EgressProviderId[];
  /** Whether kept metadata documents are read too. */
  readonly clientDocuments?: boolean;
  /** Whether who asks for an API cannot tell it from a resource: that is read along then. */
  readonly apisAmongResources?: boolean;
}): {
  readonly registry: RegistryReader;
  readonly resources: ResourceDirectory;
  readonly keyRings: KeyRings;
  readonly identityProviders: IdentityProviders;
  readonly apis: ApiDirectory;
  readonly egressProviders: EgressProviders;
} {
  let ringWanted = options.needsKeyRing ?? false;
  const { idps = [] } = options;
  const cache = cachedItems<Item>({
    load: (keys) => batchGet(options.client, options.table, keys),
    // A function that never asks for keys may not read them.
    along: () => [...(ringWanted ? [keyOf.signingKeys] : []), ...idps.map(keyOf.idp)],
    clock: options.clock,
  });
  return {
    registry: registryReader(cache, {
      clock: options.clock,
      clientDocuments: options.clientDocuments ?? false,
    }),
    resources: resourceDirectory(cache),
    identityProviders: dynamoIdentityProviders({ cache, ids: idps }),
    apis: apiDirectory(cache, options.apisAmongResources ?? false),
    egressProviders: dynamoEgressProviders({ cache, ids: options.egress ?? [] }),
    keyRings: {
      current: async () => {
        ringWanted = true;
        return (await readOne(cache, keyOf.signingKeys, keyRingOf)) ?? emptyKeyRing;
      },
    },
  };
}

const keyRingOf = decodedOnce(decodeKeyRing);
const resourceOf = decodedOnce(decodeResource);

const apiOf = decodedOnce(decodeApi);

function apiDirectory(cache: CachedItems<Item>, amongResources: boolean): ApiDirectory {
  return {
    find: async (uri) => {
      const key = keyOf.api(uri);
      const item = (await cache.read(amongResources ? [key, keyOf.resource(uri)] : [key])).get(key);
      return item === undefined ? undefined : apiOf(item);
    },
  };
}

function resourceDirectory(cache: CachedItems<Item>): ResourceDirectory {
  return {
    findByUri: (uri) => readOne(cache, keyOf.resource(uri), resourceOf),
    findById: async (id) => {
      const uri = await readOne(cache, keyOf.targetAlias(id), decodeTargetAlias);
      const resource = uri === undefined ? undefined : await readOne(cache, keyOf.resource(uri), resourceOf);
      // The two items are cached apart: between a removal and a new registration the URI may be another's.
      return resource?.id === id ? resource : undefined;
    },
  };
}

async function readOne<Thing>(
  cache: CachedItems<Item>,
  key: string,
  decode: (item: Item) => Thing,
): Promise<Thing | undefined> {
  const item = (await cache.read([key])).get(key);
  return item === undefined ? undefined : decode(item);
}
