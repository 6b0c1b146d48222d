import type { IdentityProvider, IdentityProviders } from '../../ports/identity-providers.ts';
import type { IdpId } from '../../runtime/identifiers.ts';

/** Our own registration of it: the question names it, and nothing of it is believed that comes with the question. */
export async function findProvider(
  { identityProviders }: { readonly identityProviders: IdentityProviders },
  id: IdpId,
): Promise<IdentityProvider | undefined> {
  return (await identityProviders.all()).find((idp) => idp.id === id);
}
