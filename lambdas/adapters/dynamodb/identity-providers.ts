import type { IdentityProviders } from '../../ports/identity-providers.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import type { Item } from './attributes.ts';
import type { CachedItems } from './cached-items.ts';
import { decodedOnce } from './decoded-once.ts';
import { decodeIdentityProvider } from './identity-provider-codec.ts';
import { keyOf } from './keys.ts';

const idpOf = decodedOnce(decodeIdentityProvider);

/** The identity providers of those ids, in their order; one that is not registered yet is left out. */
export function dynamoIdentityProviders(options: {
  readonly cache: CachedItems<Item>;
  readonly ids: readonly IdpId[];
}): IdentityProviders {
  const keys = options.ids.map(keyOf.idp);
  return {
    all: async () => {
      const items = await options.cache.read(keys);
      return keys.flatMap((key) => {
        const item = items.get(key);
        return item === undefined ? [] : [idpOf(item)];
      });
    },
  };
}
