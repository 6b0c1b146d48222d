import type { DownstreamApi, ExchangeFault, ExchangeStrategy } from '../../../../ports/downstream-apis.ts';

/** What to change at a provider of which an answer tells what is set up wrongly: sentences that end with where. */
export function faultFix(
  { strategy }: Pick<DownstreamApi, 'strategy'>,
  clientId: string,
  fault: ExchangeFault,
): string {
  const client = strategy.client?.id ?? clientId;
  const audience = audienceOf(strategy);
  if (isOfMint(fault)) return mintFixes[fault](client, strategy.kind);
  switch (fault) {
    case 'exchange_not_allowed':
      return `Let the client ${client} exchange tokens: ${whereExchanges[strategy.kind]}.`;
    case 'audience_unknown':
      return `Write the id of a client of the realm that is enabled in strategy.audience of the API, in place of ${audience}: Keycloak admin console › your realm › Clients.`;
    case 'audience_not_allowed':
      return `Give the client ${client} a client scope that adds the audience ${audience}, by a mapper of the type Audience or by a client role of it that the person has, as a default scope or as one of the API's scopes: ${keycloakScopes}.`;
    case 'presented_for_others':
      return `Have tokens of the client ${clientId}, which people sign in with, name ${client} as an audience, by a mapper of the type Audience in a default client scope: ${keycloakScopes}.`;
    case 'presented_token_bound':
      return `Have tokens of the client ${clientId}, which people sign in with, be bound to no key: take dpop out of identityProviders[], and do not require DPoP bound tokens of it: ${whereBound.keycloak}.`;
    case 'exchanged_tokens_bound':
      return `${exchangedUnbound(strategy, client)}: ${whereBound[strategy.kind]}.`;
    case 'dpop_required':
      return `Write dpop: true in identityProviders[] of the config, or do not require a proof of possession (DPoP) of the client ${client}: ${whereBound[strategy.kind]}.`;
    case 'dpop_proof_refused':
      return `Proofs are signed by ES256, a moment before they are sent, for the URL of the token endpoint: let the provider take those, and let nothing before it change the URL; or do not require a proof of possession (DPoP) of the client ${client}: ${whereBound[strategy.kind]}.`;
  }
}

function audienceOf(strategy: ExchangeStrategy): string {
  return 'audience' in strategy ? (strategy.audience ?? 'it') : 'it';
}

/** Whoever is given the token has no key of the client. Keycloak binds it to the key of what is presented, too. */
function exchangedUnbound({ kind }: ExchangeStrategy, client: string): string {
  return kind === 'keycloak'
    ? `Do not require DPoP bound tokens of the client ${client}, and take dpop out of identityProviders[]`
    : `Do not require a proof of possession (DPoP) of the client ${client}, or name another one in strategy.client of the API`;
}

const ofAnyClient = 'the settings of the client at the identity provider';

/** Where a client is told to show a key. */
export const whereBound: Readonly<Record<ExchangeStrategy['kind'], string>> = {
  rfc8693: ofAnyClient,
  keycloak:
    'Keycloak admin console › your realm › Clients › the client › Settings › Capability config: "Require DPoP bound tokens"',
  'entra-obo': ofAnyClient,
  'entra-agent-id': ofAnyClient,
  okta: 'Okta Admin Console › Applications › the API Services app › General › Proof of possession',
  'okta-agent': 'the settings of the agent at Okta, and of the client at the authorization server of the API',
  auth0:
    'Auth0 Dashboard › Applications › the application of the API (Custom API client) › Settings › Token Sender-Constraining',
  cognito: ofAnyClient,
};

const keycloakScopes = 'Keycloak admin console › your realm › Clients › the client › Client scopes';

/** Where a client is allowed to exchange. */
export const whereExchanges: Readonly<Record<ExchangeStrategy['kind'], string>> = {
  rfc8693: 'the client at the identity provider › grant types: token exchange (RFC 8693)',
  keycloak:
    'Keycloak admin console › your realm › Clients › the client › Settings › Capability config: "Standard token exchange" (Keycloak 26.2 and later), with "Client authentication" on',
  'entra-obo': 'Microsoft Entra admin center › App registrations › your app › Expose an API',
  'entra-agent-id': 'Microsoft Entra admin center › Agent ID › the blueprint of the agent identity',
  okta: 'Okta Admin Console › Applications › the API Services app › General › Grant type › Token Exchange, and a rule with that grant in Security › API › your authorization server › Access Policies',
  'okta-agent':
    'Okta Admin Console › Directory › AI Agents › the agent: a connection to the authorization server of the API',
  auth0:
    'Auth0 Dashboard › Applications › the application of the API (Custom API client) › Advanced Settings › Grant Types: Token Exchange',
  cognito:
    'Cognito console › your user pool › App clients › the client › Authentication flows: ALLOW_TOKEN_EXCHANGE_IMPERSONATION',
};

type Kind = ExchangeStrategy['kind'];

/** Of what goes wrong where an agent gets a token as itself. */
const mintFixes = {
  agents_not_allowed: (client: string, kind: Kind) =>
    `Let the client ${client} get tokens as itself: ${whereMinted[kind]}.`,
  scope_not_allowed: (client: string, kind: Kind) =>
    `Let the client ${client} have the scopes of the API as itself, by the names that the API has for them here: ${whereMinted[kind]}.`,
  scopes_of_several: () =>
    'Declare an API for each of those that the scopes are of: downstreamApis[] of the config.',
  credentials_refused: (client: string) =>
    `Put the secret of the client ${client} that the provider has into its secret in AWS Secrets Manager; or, where the deployment proves itself by keys, have the provider know the keys of ${client}.`,
} as const satisfies Readonly<Partial<Record<ExchangeFault, (client: string, kind: Kind) => string>>>;

function isOfMint(fault: ExchangeFault): fault is keyof typeof mintFixes {
  return Object.hasOwn(mintFixes, fault);
}

/** Where a client is allowed to get tokens as itself (client credentials), and which scopes. */
const whereMinted: Readonly<Record<ExchangeStrategy['kind'], string>> = {
  rfc8693: 'the client at the identity provider › grant types: client credentials, and its scopes',
  keycloak:
    'Keycloak admin console › your realm › Clients › the client › Settings › Capability config: "Service accounts roles", and its Client scopes',
  'entra-obo':
    'Microsoft Entra admin center › App registrations › your app › API permissions: application permissions, with the consent of an administrator',
  'entra-agent-id':
    'Microsoft Entra admin center › Agent ID › the agent identity: application permissions, with the consent of an administrator',
  okta: 'Okta Admin Console › Applications › the API Services app › General › Grant type › Client Credentials, and a rule with that grant and the scopes in Security › API › your authorization server › Access Policies',
  'okta-agent': 'Okta Admin Console › Directory › AI Agents › the agent',
  auth0:
    'Auth0 Dashboard › Applications › the application › APIs: authorize it for the API with its scopes, and Advanced Settings › Grant Types: Client Credentials',
  cognito:
    'Cognito console › your user pool › App clients › the client › Login pages › OAuth 2.0 grant types: Client credentials, and its custom scopes',
};
