/** A client of yours at the identity provider that is another one than people sign in with, by which tokens are exchanged. */
export interface ExchangeClientConfig {
  readonly id: string;
  /**
   * The ARN of a secret that holds its secret: the text itself, or `{"client_secret": …}`. Absent: the stack makes a secret, and you
   * put the value in after the first deployment. Where the deployment proves itself at the provider by keys, this client
   * proves itself by the same ones, and has no secret.
   */
  readonly secretArn?: string;
}

/** Token exchange (RFC 8693) as it is written. */
export interface StandardExchange {
  readonly kind: 'rfc8693';
  /** What the provider knows the API by, where it wants to be told. */
  readonly audience?: string;
  readonly resource?: string;
  /** Which token of the person is presented. Default: `access_token`. */
  readonly presents?: 'access_token' | 'id_token';
  /** Default: the client that people sign in with. */
  readonly client?: ExchangeClientConfig;
}

/** Keycloak 26.2 and later; the client has "Standard token exchange" on. */
export interface KeycloakExchange {
  readonly kind: 'keycloak';
  /** The id of the API's client in the realm. */
  readonly audience: string;
  /** Default: the client that people sign in with. */
  readonly client?: ExchangeClientConfig;
}

/**
 * Microsoft Entra ID, on behalf of (OBO), by the application that people sign in with: it exposes an API of its own, and has the
 * permissions of the API with the consent that they take. Scopes are as Entra writes them, `https://graph.microsoft.com/.default`
 * being all that was consented to.
 */
export interface EntraExchange {
  readonly kind: 'entra-obo';
}

/** Entra Agent ID: the application that people sign in with is the blueprint of the agent identity. */
export interface EntraAgentExchange {
  readonly kind: 'entra-agent-id';
  /** The client id of the agent identity. */
  readonly agentIdentity: string;
}

/**
 * On behalf of, of a custom authorization server of Okta. People sign in at a custom authorization server of the org, for tokens
 * of the org itself are exchanged nowhere.
 */
export interface OktaExchange {
  readonly kind: 'okta';
  /** The audience of the authorization server of the API. */
  readonly audience: string;
  /** Of another authorization server in the org, which trusts the one that people sign in at. Default: that one. */
  readonly issuer?: string;
  /** An API Services app with the grant "Token Exchange", and without "Require Demonstrating Proof of Possession": others use its tokens. */
  readonly client: ExchangeClientConfig;
}

/** Okta for AI agents: an ID-JAG of the org for the authorization server of the API, which gives the token for it. */
export interface OktaAgentExchange {
  readonly kind: 'okta-agent';
  /** The issuer of the authorization server of the API. */
  readonly audience: string;
  /** Where that server redeems it; the client proves itself there in the same way. */
  readonly tokenEndpoint: string;
  readonly resource?: string;
  /** The agent, as it is registered at the org. */
  readonly client: ExchangeClientConfig;
}

/** Auth0, on behalf of. The refresh tokens of the sign-in application have a policy for `presented` (multi-resource refresh tokens). */
export interface Auth0Exchange {
  readonly kind: 'auth0';
  /** The identifier of the API that is called. */
  readonly audience: string;
  /** The identifier of the API whose token is presented: the one that the client is of. */
  readonly presented: string;
  /** A Custom API client: an application of the type `resource_server`. */
  readonly client: ExchangeClientConfig;
}

/** An Amazon Cognito user pool. The app client has ALLOW_TOKEN_EXCHANGE_IMPERSONATION. */
export interface CognitoExchange {
  readonly kind: 'cognito';
  /** The identifier of the resource server. */
  readonly audience: string;
  /** Default: the app client that people sign in with. */
  readonly client?: ExchangeClientConfig;
}

export type ExchangeStrategyConfig =
  | StandardExchange
  | KeycloakExchange
  | EntraExchange
  | EntraAgentExchange
  | OktaExchange
  | OktaAgentExchange
  | Auth0Exchange
  | CognitoExchange;

/** The client that an API is exchanged for by, where that is not the one that people sign in with. */
export function exchangeClientOf({
  strategy,
}: Pick<DownstreamApiConfig, 'strategy'>): ExchangeClientConfig | undefined {
  return 'client' in strategy ? strategy.client : undefined;
}

/**
 * An API that takes tokens of an identity provider. Agents and MCP servers that act for a person (`onBehalfOf`) exchange for it
 * as for a resource, and get a token of the provider: it is asked with what is kept of the person's sign-in, for which their
 * grant is one that lasts while they are away (refresh tokens).
 */
export interface DownstreamApiConfig {
  /** Short name, `[A-Za-z0-9_-]{1,64}`, unlike that of any resource. */
  readonly id: string;
  /** What callers send as `resource` or `audience`. */
  readonly uri: string;
  /** The id of the identity provider that issues its tokens, to people who signed in there. */
  readonly idp: string;
  readonly strategy: ExchangeStrategyConfig;
  /** What may be asked there, by the names of the provider; or by a name of yours, and then as the provider calls it. */
  readonly scopes: readonly string[] | Readonly<Record<string, string>>;
  /**
   * Agents that get tokens of it as themselves, through tasks in nobody's name, and the scopes that each may have. The provider is asked
   * with the client credentials grant, by the client of the strategy, which has what it may have there. Default: none.
   */
  readonly agents?: Readonly<Record<string, readonly string[]>>;
}

/** The scopes of an API, by their names here, with what the provider calls each. */
export function namedScopes(
  scopes: DownstreamApiConfig['scopes'],
): readonly { readonly name: string; readonly upstream: string }[] {
  return isList(scopes)
    ? scopes.map((name) => ({ name, upstream: name }))
    : Object.entries(scopes).map(([name, upstream]) => ({ name, upstream }));
}

function isList(scopes: DownstreamApiConfig['scopes']): scopes is readonly string[] {
  return Array.isArray(scopes);
}
