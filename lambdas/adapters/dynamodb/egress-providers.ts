import type { EgressProviders } from '../../ports/egress-providers.ts';
import type { EgressProviderId } from '../../runtime/identifiers.ts';
import type { Item } from './attributes.ts';
import type { CachedItems } from './cached-items.ts';
import { decodedOnce } from './decoded-once.ts';
import { decodeEgressProvider } from './egress-provider-codec.ts';
import { keyOf } from './keys.ts';

const providerOf = decodedOnce(decodeEgressProvider);

/** Third parties behind the vault; of `ids` one that is not registered yet is left out. */
export function dynamoEgressProviders(options: {
  readonly cache: CachedItems<Item>;
  readonly ids: readonly EgressProviderId[];
}): EgressProviders {
  const keys = options.ids.map(keyOf.egressProvider);
  return {
    find: async (id) => {
      const key = keyOf.egressProvider(id);
      const item = (await options.cache.read([key])).get(key);
      return item === undefined ? undefined : providerOf(item);
    },
    all: async () => {
      const items = await options.cache.read(keys);
      return keys.flatMap((key) => {
        const item = items.get(key);
        return item === undefined ? [] : [providerOf(item)];
      });
    },
  };
}
