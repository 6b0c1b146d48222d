import type { OAuthEgress } from '../ports/egress-providers.ts';

interface ConnectStart {
  readonly state: string;
  readonly codeChallenge: string;
  readonly redirectUri: string;
  /** As the provider calls them. */
  readonly scopes: readonly string[];
}

/**
 * Where a browser is sent to connect an account. What the provider's own parameters say of these is not said: nobody who writes
 * a config can undo the binding of the answer to who asked.
 */
export function egressAuthorizationUrl(
  provider: OAuthEgress,
  { state, codeChallenge, redirectUri, scopes }: ConnectStart,
): URL {
  const { authorizationEndpoint, clientId, authorizationParameters, scopeParameter, scopeSeparator } =
    provider;
  const url = new URL(authorizationEndpoint);
  for (const { name, value } of authorizationParameters) url.searchParams.set(name, value);
  // A provider without scopes of its own takes no empty list of them.
  if (scopes.length > 0) url.searchParams.set(scopeParameter, scopes.join(scopeSeparator));
  // RFC 6749 §4.1.1
  const ours = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    // RFC 7636 §4.3: a third party that does not know it leaves it unread.
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(ours)) url.searchParams.set(name, value);
  return url;
}
