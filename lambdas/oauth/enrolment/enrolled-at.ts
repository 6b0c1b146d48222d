import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { Client } from '../../ports/registry.ts';
import type { ClientId, IdpId } from '../../runtime/identifiers.ts';
import { documentEnrolmentId } from './document-enrolment.ts';

/** Where a client is one of its own. */
export function providersOf({
  managedBy,
  registered,
}: Pick<Client, 'managedBy' | 'registered'>): readonly IdpId[] {
  return (managedBy.kind === 'document' ? managedBy.enrolledAt : registered?.enrolledAt) ?? [];
}

/** As whom people sign in at a provider: as that client, where it is one of its own there. */
export function enrolledAt(
  client: Client,
  idp: Pick<IdentityProvider, 'id'>,
): { readonly enrolled?: ClientId } {
  if (!providersOf(client).includes(idp.id)) return {};
  return { enrolled: client.managedBy.kind === 'document' ? documentEnrolmentId(client.id) : client.id };
}
