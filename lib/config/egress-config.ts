/** Where the tokens of connected accounts are kept: sealed in DynamoDB, or each in a secret, for $0.40 a secret and month. */
export type ConnectionVault = 'dynamodb' | 'secrets-manager';

/** A body that a request has to have. */
export type BodyRuleConfig =
  /** The member that the JSON Pointer names is one of these. */
  | { readonly pointer: string; readonly oneOf: readonly (string | number | boolean)[] }
  /** There is no such member. */
  | { readonly pointer: string; readonly absent: true }
  /** A GraphQL request that changes nothing. */
  | { readonly graphql: 'query' };

/** A kind of request. In a path `*` is one segment, and `**` at its end all that follow. */
export type RequestRuleConfig =
  /** `GET /repos/*`, `GET,POST /repos/**` */
  | string
  | {
      readonly methods: readonly string[];
      readonly path: string;
      /** Which origin of the API. Default: the first. */
      readonly origin?: string;
      readonly body?: readonly BodyRuleConfig[];
    };

/** What agents may be let do at a third party, by a name of yours. */
export interface EgressScopeConfig {
  /** As people read it who connect their account. */
  readonly description: string;
  /** The scopes of the provider that it takes. */
  readonly upstream?: readonly string[];
  readonly rules: readonly RequestRuleConfig[];
}

/** Agents that share one account. */
export interface AgentGroupConfig {
  readonly id: string;
  readonly agents: readonly string[];
  /** The roles of which somebody has to have one who connects the account for all of them. */
  readonly connectedBy: readonly string[];
}

/** The API of a third party. */
export interface EgressApiConfig {
  /** `https://api.example.com`: where requests may go; the first unless they name another. */
  readonly origins?: readonly string[];
  /** The fact of a connection that is its own origin, whose host ends with one of `originSuffixes`. */
  readonly originFact?: string;
  readonly originSuffixes?: readonly string[];
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers of requests, lower-case, that agents may send besides the usual: `stripe-account`. */
  readonly requestHeaders?: readonly string[];
  /** Headers of responses that agents see besides the usual. */
  readonly responseHeaders?: readonly string[];
}

/** How a connection is ended at the provider. */
export type RevocationConfig =
  /** RFC 7009. */
  | { readonly kind: 'rfc7009'; readonly endpoint: string }
  | {
      readonly kind: 'api';
      readonly method: 'POST' | 'DELETE';
      /** `{client_id}` and `{fact:name}` stand for what they name. */
      readonly url: string;
      readonly authentication: 'client' | 'access_token';
      readonly body?: 'json' | 'form' | 'none';
      /** `{access_token}` and `{refresh_token}` too. */
      readonly parameters?: Readonly<Record<string, string>>;
      /** Statuses by which the provider says that it is done. */
      readonly done: readonly number[];
      readonly okMember?: string;
      /** Its errors by which it was gone already. */
      readonly gone?: readonly string[];
      /**
       * An address of its API that any access token gets an answer from, by `GET`, and 401 without one: asked of tokens that nothing renews,
       * where it knows nothing of what it was asked to revoke.
       */
      readonly checkUrl?: string;
    }
  /** The provider has no way: the page where people do it. */
  | { readonly kind: 'by_hand'; readonly page: string };

/** What is unlike RFC 6749 in the token answers of a provider. */
export interface AnswerConfig {
  readonly nested?: string;
  readonly okMember?: string;
  readonly accessSeconds?: number;
  /** By name, the JSON Pointer of what is kept with a connection. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** An app of yours at the provider, for accounts that people connect. The redirect URI there is `<issuer>/connect/<id>/callback`. */
export interface OAuthEgressConfig {
  readonly kind: 'oauth2';
  /** What `iss` says in authorization responses (RFC 9207), where it does. */
  readonly issuer?: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly clientAuthentication?:
    'client_secret_basic' | 'client_secret_post' | 'client_secret_as_user' | 'none';
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  readonly scopeParameter?: string;
  readonly scopeSeparator?: ' ' | ',';
  readonly body?: 'form' | 'json';
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer?: AnswerConfig;
  readonly refresh?: {
    readonly kind: 'rotating' | 'stable' | 'none';
    readonly graceSeconds?: number;
    readonly idleSeconds?: number;
    readonly narrows?: true;
  };
  readonly revocation: RevocationConfig;
}

/** One account for all agents that may use it, which nobody connects. */
export type ServiceEgressConfig =
  | {
      readonly kind: 'client_credentials';
      readonly tokenEndpoint: string;
      readonly clientAuthentication?: 'client_secret_basic' | 'client_secret_post' | 'client_secret_as_user';
      readonly scopeSeparator?: ' ' | ',';
      readonly body?: 'form' | 'json';
      readonly headers?: Readonly<Record<string, string>>;
      readonly answer?: AnswerConfig;
    }
  | {
      readonly kind: 'api_key';
      readonly place: 'header' | 'query';
      readonly name: string;
      readonly prefix?: string;
    }
  | { readonly kind: 'basic' }
  | { readonly kind: 'github_app'; readonly installation: string; readonly keyArn: string };

/** Those that are built in. What an entry says of itself goes before what is built in. */
export type CatalogueName =
  | ('github' | 'github-app' | 'slack' | 'google' | 'microsoft')
  | ('atlassian' | 'notion' | 'linear' | 'salesforce' | 'stripe');

/**
 * A third party whose API agents call without ever holding its credential. `agents[].onBehalfOf` and `agents[].scopes` name it by its id as they
 * name resources; agents ask for `<issuer>/egress/<id>`.
 */
export interface EgressProviderConfig {
  /** Short name, `[A-Za-z0-9_-]{1,64}`, unlike that of any resource and API. */
  readonly id: string;
  /** What is built in. Absent: the entry says all of it. */
  readonly uses?: CatalogueName;
  /** As people know it. */
  readonly name?: string;
  /** Of your app at the provider; of a GitHub App its client id. */
  readonly clientId?: string;
  /**
   * The ARN of a secret that holds the credential: the text itself, or `{"client_secret": …}`, `{"api_key": …}`, or of Basic
   * `{"username": …, "password": …}`. Absent: the stack makes a secret, and you put the value in after the first deployment.
   */
  readonly secretArn?: string;
  /** Of Microsoft: the tenant whose people connect their accounts. Default: `common`. */
  readonly tenant?: string;
  readonly credential?: OAuthEgressConfig | ServiceEgressConfig;
  readonly api?: EgressApiConfig;
  /** In place of those that are built in. */
  readonly scopes?: Readonly<Record<string, EgressScopeConfig>>;
  readonly groups?: readonly AgentGroupConfig[];
  /** Agents that may have a token of the provider itself where it can be narrowed to what they ask. Default: none. */
  readonly providerTokens?: readonly string[];
}

export interface EgressConfig {
  /** Default: `dynamodb`. */
  readonly vault?: ConnectionVault;
  /** At most 50. */
  readonly providers: readonly EgressProviderConfig[];
}
