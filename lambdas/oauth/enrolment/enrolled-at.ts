import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { Client } from '../../ports/registry.ts';
import type { ClientId } from '../../runtime/identifiers.ts';

/** As whom people sign in at a provider: as that client, where it is one of its own there. */
export function enrolledAt(
  { id, registered }: Client,
  idp: Pick<IdentityProvider, 'id'>,
): { readonly enrolled?: ClientId } {
  return registered?.enrolledAt?.includes(idp.id) === true ? { enrolled: id } : {};
}
