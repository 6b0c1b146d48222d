import { withParameters } from '../../oauth/people/profiles/generic.ts';
import type { UpstreamWishes } from '../../oauth/people/profiles/profile.ts';
import { profileOf } from '../../oauth/people/profiles/profile-of.ts';
import { upstreamAcr } from '../../oauth/people/step-up.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignInStart, SignInWishes } from '../../ports/people.ts';
import type { ProviderMetadata } from './provider-documents.ts';

/** Where to send the browser. Nothing of the client's own request is in it but what the provider has to see to. */
export function authorizationUrl(
  metadata: ProviderMetadata,
  idp: IdentityProvider,
  redirectUri: string,
  { state, nonce, codeChallenge, wishes, offline }: SignInStart,
): URL {
  return withParameters(metadata.authorization_endpoint, {
    response_type: 'code',
    client_id: idp.clientId,
    redirect_uri: redirectUri,
    scope: scopesFor(metadata, idp, offline).join(' '),
    state,
    nonce,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
    ...profileOf(idp).stepUp.parameters(inTheirWords(idp, wishes)),
  });
}

function inTheirWords(idp: IdentityProvider, { acrValues, ...wishes }: SignInWishes): UpstreamWishes {
  return { ...wishes, acr: upstreamAcr(idp, acrValues) };
}

/** Some providers refuse a scope that they do not know, and give refresh tokens without this one. */
function scopesFor(
  { scopes_supported: known }: ProviderMetadata,
  { scopes }: IdentityProvider,
  offline: boolean,
): readonly string[] {
  return offline && (known?.includes('offline_access') ?? true) ? [...scopes, 'offline_access'] : scopes;
}
