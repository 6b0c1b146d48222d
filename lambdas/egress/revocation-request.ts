import type { EgressRevocation, NamedValue, OAuthEgress } from '../ports/egress-providers.ts';
import type { ThirdPartyRequest } from '../ports/third-parties.ts';
import type { Secret } from '../runtime/secret.ts';
import { clientRequest, plainRequest } from './token-request.ts';

/** What a connection is revoked by. */
export interface RevocationTokens {
  readonly access?: Secret | undefined;
  readonly refresh?: Secret | undefined;
  readonly facts: readonly NamedValue[];
}

type ByApi = Extract<EgressRevocation, { readonly kind: 'api' }>;
export type AskedRevocation = Exclude<EgressRevocation, { readonly kind: 'by_hand' }>;

/** What the third party is asked, so that the connection is no more. */
export function revocationRequest(
  provider: OAuthEgress,
  revocation: AskedRevocation,
  tokens: RevocationTokens,
  secret: Secret | undefined,
): ThirdPartyRequest {
  if (revocation.kind === 'api') return apiRequest(provider, revocation, tokens, secret);
  const { clientId, clientAuthentication, headers, body } = provider;
  const { access, refresh } = tokens;
  return clientRequest({
    ...{ method: 'POST', url: revocation.endpoint, headers, body, clientId, clientAuthentication, secret },
    // RFC 7009 §2.1: with the refresh token, the access tokens of the same grant end.
    parameters: {
      token: (refresh ?? access)?.reveal() ?? '',
      token_type_hint: refresh === undefined ? 'access_token' : 'refresh_token',
    },
  });
}

/** What the third party is shown, to know whether there is such an access token. */
export function checkRequest(
  { clientId, headers }: OAuthEgress,
  checkUrl: string,
  tokens: RevocationTokens,
): ThirdPartyRequest {
  const url = filled(checkUrl, valuesOf(clientId, tokens), encodeURIComponent);
  return plainRequest({
    method: 'GET',
    url,
    headers: [...headers, bearing(tokens)],
    body: 'none',
    parameters: {},
  });
}

/** RFC 6750 §2.1 */
function bearing({ access }: RevocationTokens): NamedValue {
  return { name: 'authorization', value: `Bearer ${access?.reveal() ?? ''}` };
}

function apiRequest(
  { clientId, clientAuthentication, headers }: OAuthEgress,
  { method, url, authentication, body, parameters }: ByApi,
  tokens: RevocationTokens,
  secret: Secret | undefined,
): ThirdPartyRequest {
  const values = valuesOf(clientId, tokens);
  const asking = {
    ...{ method, url: filled(url, values, encodeURIComponent), headers, body },
    parameters: Object.fromEntries(
      parameters.map(({ name, value }) => [name, filled(value, values, (text) => text)]),
    ),
  };
  if (authentication === 'access_token') {
    return plainRequest({ ...asking, headers: [...headers, bearing(tokens)] });
  }
  // An API takes no client secret in what it is asked, whatever the token endpoint does.
  const asUser = clientAuthentication === 'client_secret_as_user';
  const by = asUser ? clientAuthentication : 'client_secret_basic';
  return clientRequest({ ...asking, clientId, clientAuthentication: by, secret });
}

function valuesOf(
  clientId: string,
  { access, refresh, facts }: RevocationTokens,
): ReadonlyMap<string, string> {
  return new Map([
    ['client_id', clientId],
    ['access_token', access?.reveal() ?? ''],
    ['refresh_token', refresh?.reveal() ?? ''],
    ...facts.map(({ name, value }) => [`fact:${name}`, value] as const),
  ]);
}

function filled(
  text: string,
  values: ReadonlyMap<string, string>,
  written: (value: string) => string,
): string {
  return text.replaceAll(/\{([a-z_]+(?::[a-z_]+)?)\}/g, (whole, name: string) => {
    const value = values.get(name);
    return value === undefined ? whole : written(value);
  });
}
