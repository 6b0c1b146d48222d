import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignInStart } from '../../ports/people.ts';
import type { ProviderMetadata } from './provider-documents.ts';

/** Where to send the browser. Nothing of the client's own request is in it but what the provider has to see to. */
export function authorizationUrl(
  metadata: ProviderMetadata,
  idp: IdentityProvider,
  redirectUri: string,
  { state, nonce, codeChallenge, wishes, offline }: SignInStart,
): URL {
  const url = new URL(metadata.authorization_endpoint);
  const parameters = {
    response_type: 'code',
    client_id: idp.clientId,
    redirect_uri: redirectUri,
    scope: scopesFor(metadata, idp, offline).join(' '),
    state,
    nonce,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
    prompt: wishes.prompt,
    max_age: wishes.maxAge?.toString(),
    acr_values: wishes.acrValues,
    login_hint: wishes.loginHint,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/** Some providers refuse a scope that they do not know, and give refresh tokens without this one. */
function scopesFor(
  { scopes_supported: known }: ProviderMetadata,
  { scopes }: IdentityProvider,
  offline: boolean,
): readonly string[] {
  return offline && (known?.includes('offline_access') ?? true) ? [...scopes, 'offline_access'] : scopes;
}
