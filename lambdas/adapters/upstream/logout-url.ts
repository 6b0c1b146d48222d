import { profileOf } from '../../oauth/people/profiles/profile-of.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignOutStart } from '../../ports/people.ts';
import { type DocumentHosts, readDocumentUrl } from './document-url.ts';
import type { ProviderMetadata } from './provider-documents.ts';

/** Where a person is sent to be signed out, as the profile of the provider has it; undefined where there is no way. */
export function logoutUrl(
  { authorization_endpoint: authorizationEndpoint, end_session_endpoint: named }: ProviderMetadata,
  idp: IdentityProvider,
  hosts: DocumentHosts,
  { returnTo, state, idTokenHint }: SignOutStart & { readonly returnTo: string },
): URL | undefined {
  const isUsable = typeof named === 'string' && readDocumentUrl(named, hosts).ok;
  return profileOf(idp).logoutUrl({
    ...{ issuer: idp.issuer, authorizationEndpoint, clientId: idp.clientId, returnTo, state },
    ...(isUsable && { endSessionEndpoint: named }),
    ...(idTokenHint !== undefined && { idTokenHint }),
  });
}
