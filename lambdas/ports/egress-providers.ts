import type { AgentId, EgressProviderId, ResourceUri, ScopeName } from '../runtime/identifiers.ts';
import type { Registration } from './registry.ts';

/** A header or a parameter whose name and value somebody chose. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** What the body of a request has to be for its rule to hold. All of a rule's hold at once. */
export type BodyRule =
  /** RFC 6901: the member of the JSON body that the pointer names is one of these. */
  | { readonly pointer: string; readonly oneOf: readonly (string | number | boolean)[] }
  /** There is no such member. */
  | { readonly pointer: string; readonly absent: true }
  /** The body is a GraphQL request that can change nothing: it says neither `mutation` nor `subscription` anywhere. */
  | { readonly graphql: 'query' };

/** One kind of request that a scope allows. */
export interface RequestRule {
  /** At least one, upper-case. */
  readonly methods: readonly string[];
  /**
   * Absolute, percent-encoded as it is sent, and matched segment by segment: `*` is exactly one segment, `**` at the end is
   * at least one more.
   */
  readonly path: string;
  /** One of the provider's origins. Absent: the first. */
  readonly origin?: string;
  readonly body?: readonly BodyRule[];
}

/** What an agent may be let do at the third party, as people and policies name it. */
export interface EgressScope {
  readonly name: ScopeName;
  /** What the provider calls that which it takes: scopes of its own. */
  readonly upstream: readonly string[];
  /** At least one. */
  readonly rules: readonly RequestRule[];
}

export interface EgressApi {
  /** Where requests may go: `https://host[:port]`, the first unless a request names another of them. */
  readonly origins: readonly string[];
  /**
   * The fact of a connection that names its own origin (Salesforce's `instance_url`), which stands before the rest. It has
   * to be of one of `originSuffixes`.
   */
  readonly originFact?: string;
  /** `.salesforce.com`: a host ends with one of them, and is longer. */
  readonly originSuffixes?: readonly string[];
  /** Sent with every request. */
  readonly headers: readonly NamedValue[];
  /** Further headers of requests that agents may send, lower-case: none of those above, and none that bears a credential. */
  readonly requestHeaders?: readonly string[];
  /** Further headers of responses that agents see, lower-case. */
  readonly responseHeaders: readonly string[];
}

/** How our client proves itself at a token endpoint. `client_secret_as_user`: Basic, with the secret as the name and no password. */
export type EgressClientAuthentication =
  'client_secret_basic' | 'client_secret_post' | 'client_secret_as_user' | 'none';

/** What a token answer of the provider looks like, where that is not RFC 6749 §5.1. */
export interface AnswerShape {
  /** The member that holds the token, such as `authed_user` of Slack. */
  readonly nested?: string;
  /** A member that says `true` where it was no error, whatever the status: `ok` of Slack. */
  readonly okMember?: string;
  /** Seconds for which an access token is good of which the answer does not say it. Absent: until it is refused. */
  readonly accessSeconds?: number;
  /** Members, as JSON Pointers, that are kept with the connection: `/instance_url`. Never a token. */
  readonly facts: readonly { readonly name: string; readonly pointer: string }[];
}

export interface EgressRefresh {
  /** `rotating`: each is good once. `stable`: it stays, or the one before stays good. `none`: there is none. */
  readonly kind: 'rotating' | 'stable' | 'none';
  /** Seconds for which a rotated token is taken again. */
  readonly graceSeconds?: number;
  /** Seconds after which one that nobody used is over. */
  readonly idleSeconds?: number;
  /** Whether an access token of fewer scopes is had by asking for fewer when it is refreshed. */
  readonly narrows?: true;
}

/** How a connection is ended at the provider, and what proves it. */
export type EgressRevocation =
  /** RFC 7009, of the refresh token where there is one, otherwise of the access token. */
  | { readonly kind: 'rfc7009'; readonly endpoint: string }
  /** A call of its API. A status of `done`, and where `okMember` is named that member being true, is the proof. */
  | {
      readonly kind: 'api';
      readonly method: 'POST' | 'DELETE';
      /** `{client_id}` stands for ours, `{fact:name}` for a fact of the connection. */
      readonly url: string;
      /** By what we prove that we may: as our client, or by the connection's own access token. */
      readonly authentication: 'client' | 'access_token';
      readonly body: 'json' | 'form' | 'none';
      /** What the body says; `{access_token}`, `{refresh_token}`, `{client_id}` and `{fact:name}` stand for what they name. */
      readonly parameters: readonly NamedValue[];
      readonly done: readonly number[];
      readonly okMember?: string;
      /** Errors of the provider by which the connection is gone already. */
      readonly gone: readonly string[];
      /**
       * Where the access token is shown, by `GET`, of a token that nothing renews and that the provider does not know of what it was asked
       * to revoke: 401 proves that there is none (RFC 6750 §3.1).
       */
      readonly checkUrl?: string;
    }
  /** The provider has no way: the person removes it at that page. */
  | { readonly kind: 'by_hand'; readonly page: string };

/** An app of ours at the provider, for accounts that people connect. */
export interface OAuthEgress {
  readonly kind: 'oauth2';
  /** RFC 9207: what `iss` says in its authorization responses. Absent: it says nothing. */
  readonly issuer?: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientAuthentication: EgressClientAuthentication;
  /** `access_type=offline`, and the like. */
  readonly authorizationParameters: readonly NamedValue[];
  /** `scope`, or as the provider calls it. */
  readonly scopeParameter: string;
  readonly scopeSeparator: ' ' | ',';
  /** Of the requests to the token endpoint. */
  readonly body: 'form' | 'json';
  readonly headers: readonly NamedValue[];
  readonly answer: AnswerShape;
  readonly refresh: EgressRefresh;
  readonly revocation: EgressRevocation;
}

/** One account for all agents that may use it. Nobody connects it: its credential is a secret of the deployment. */
export type ServiceEgress =
  /** RFC 6749 §4.4 at the provider. */
  | {
      readonly kind: 'client_credentials';
      readonly tokenEndpoint: string;
      readonly clientId: string;
      readonly clientAuthentication: Exclude<EgressClientAuthentication, 'none'>;
      readonly scopeSeparator: ' ' | ',';
      readonly body: 'form' | 'json';
      readonly headers: readonly NamedValue[];
      readonly answer: AnswerShape;
    }
  /** A key that stands in a header, after `prefix`; or in the query. */
  | {
      readonly kind: 'api_key';
      readonly place: 'header' | 'query';
      readonly name: string;
      readonly prefix: string;
    }
  /** RFC 7617: the secret is `{"username", "password"}`. */
  | { readonly kind: 'basic' }
  /** A GitHub App as one of its installations: its key is in KMS, and signs there. */
  | {
      readonly kind: 'github_app';
      /** Of the app: `iss` of what it signs. */
      readonly clientId: string;
      readonly installation: string;
      /** ARN of a key of RSA_2048 for signing, into which the app's private key was imported. */
      readonly keyArn: string;
    };

export type EgressCredential = OAuthEgress | ServiceEgress;

/** Agents that share one account, which one of `connectors` connects for all of them. */
export interface AgentGroup {
  /** Short name, `[A-Za-z0-9_-]{1,64}`. */
  readonly id: string;
  readonly agents: readonly AgentId[];
  /** Roles; whoever has one of them may connect and disconnect the account. */
  readonly connectors: readonly string[];
}

/** What an agent is offered to people for: who connects an account says which agents use it. */
export interface OfferedAgent {
  readonly agent: AgentId;
  readonly name: string;
  /** At most so much. */
  readonly scopes: readonly ScopeName[];
  /** It calls the provider as itself alone, by an account of its group or of the deployment: no person is asked for it. */
  readonly asItself?: true;
  /** Whether it may have a token of the provider itself, narrowed, in place of one for the proxy. */
  readonly providerTokens?: true;
}

/**
 * A third party that agents call through the vault. There is a resource of the same id and URI, whose tokens the proxy takes:
 * policy says of it who may act there, as of any other.
 */
export interface EgressProvider extends Registration {
  readonly id: EgressProviderId;
  /** `<issuer>/egress/<id>`. */
  readonly uri: ResourceUri;
  /** As people know it. */
  readonly name: string;
  readonly scopes: readonly EgressScope[];
  readonly api: EgressApi;
  readonly credential: EgressCredential;
  /** At most one entry an agent. */
  readonly agents: readonly OfferedAgent[];
  /** An agent is of one group of a provider at most. */
  readonly groups: readonly AgentGroup[];
}

/** Name of the secret of a provider, as the functions know it. */
export function egressSecretName(id: EgressProviderId): string {
  return `egress:${id}`;
}

/** Reads for the request path: no answer is more than 5 seconds old. */
export interface EgressProviders {
  /** The active or disabled provider of that id. */
  readonly find: (id: EgressProviderId) => Promise<EgressProvider | undefined>;
  /** All of the deployment's config, in its order. */
  readonly all: () => Promise<readonly EgressProvider[]>;
}
