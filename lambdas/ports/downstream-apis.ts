import type { Instant } from '../runtime/clock.ts';
import type {
  AgentId,
  ApiId,
  GrantId,
  IdpId,
  PersonId,
  ResourceUri,
  ScopeName,
} from '../runtime/identifiers.ts';
import type { Secret } from '../runtime/secret.ts';
import type { Registration } from './registry.ts';

/** A client of ours at the provider that is another one than people sign in with. */
export interface ExchangeClient {
  readonly id: string;
}

/** Which token of the person is presented to the provider, in place of that which they signed in with. */
export type PresentedKind = 'access_token' | 'id_token';

/** How a provider is asked for a token of an API behind it. */
export type ExchangeStrategy =
  /** RFC 8693 as it is written. */
  | {
      readonly kind: 'rfc8693';
      readonly audience?: string;
      readonly resource?: string;
      readonly presents?: PresentedKind;
      readonly client?: ExchangeClient;
    }
  /** The standard token exchange of Keycloak 26.2 and later: `audience` is the client id of the API. */
  | { readonly kind: 'keycloak'; readonly audience: string; readonly client?: ExchangeClient }
  /** Microsoft Entra ID on behalf of: the token that is presented is one for our own application there. */
  | { readonly kind: 'entra-obo'; readonly client?: undefined }
  /**
   * The same for an agent identity of Entra Agent ID: our application is the blueprint, which vouches for the agent identity.
   */
  | { readonly kind: 'entra-agent-id'; readonly agentIdentity: string; readonly client?: undefined }
  /** A custom authorization server of Okta; `issuer`: of another one in the same org that trusts it. */
  | {
      readonly kind: 'okta';
      readonly audience: string;
      readonly issuer?: string;
      readonly client: ExchangeClient;
    }
  /** Okta for AI agents: a grant of identity (ID-JAG) for the authorization server of the API, which gives the token for it. */
  | {
      readonly kind: 'okta-agent';
      /** Of the authorization server of the API. */
      readonly audience: string;
      readonly tokenEndpoint: string;
      readonly resource?: string;
      readonly client: ExchangeClient;
    }
  /** Auth0 on behalf of; `presented`: the API whose token is presented, which is that of the client. */
  | {
      readonly kind: 'auth0';
      readonly audience: string;
      readonly presented: string;
      readonly client: ExchangeClient;
    }
  /** The token exchange of an Amazon Cognito user pool. */
  | { readonly kind: 'cognito'; readonly audience: string; readonly client?: ExchangeClient };

/** A scope of an API, as callers name it, and as the provider calls it. */
export interface ApiScope {
  readonly name: ScopeName;
  readonly upstream: string;
}

/** What one agent gets of an API as itself, for work that it does for nobody. */
export interface AgentAccess {
  readonly agent: AgentId;
  /** At least one. */
  readonly scopes: readonly ScopeName[];
}

/** An API behind an identity provider: it takes tokens of the provider, and none of ours. */
export interface DownstreamApi extends Registration {
  /** Short name, `[A-Za-z0-9_-]{1,64}`, unlike that of any resource. */
  readonly id: ApiId;
  /** What callers send as `resource` or `audience`; it is the URI or the audience of no resource. */
  readonly uri: ResourceUri;
  readonly idp: IdpId;
  /** At least one. */
  readonly scopes: readonly ApiScope[];
  readonly strategy: ExchangeStrategy;
  /** At most one entry an agent, and of the config alone. Absent: no agent gets a token of it as itself. */
  readonly agents?: readonly AgentAccess[];
}

/** No id of an identity provider holds a colon. */
export function apiSecretName(id: DownstreamApi['id']): string {
  return `api:${id}`;
}

/** What one who acts for a person asks of an API. */
export interface ApiRequest {
  readonly api: DownstreamApi['uri'];
  /** The person's own grant, behind all that was exchanged since. */
  readonly grant: GrantId;
  readonly person: PersonId;
  /** Whoever acts: the id of the agent, or of the client that belongs to none. */
  readonly actor: string;
  readonly scopes: readonly ScopeName[];
}

/** A token of the provider. */
export interface ApiToken {
  readonly accessToken: Secret;
  /** RFC 8693 §3; absent where the provider says nothing of it. */
  readonly issuedTokenType?: string;
  /** Absent: the provider does not say. */
  readonly expiresAt?: Instant;
  /** Among those that were asked, what the provider gave. */
  readonly scopes: readonly ScopeName[];
}

/** What of an API is set up wrongly at its provider, where the answer tells. */
export type ExchangeFault =
  /** The client that exchanges may not do so. */
  | 'exchange_not_allowed'
  /** There is no such audience, or it is disabled. */
  | 'audience_unknown'
  /** There is one, which the client may not have a token for. */
  | 'audience_not_allowed'
  /** What is presented was made for others than the client that exchanges. */
  | 'presented_for_others'
  /** What is presented is bound to a key, and exchanged for whoever has that key alone. */
  | 'presented_token_bound'
  /** What it gives is bound to a key: good for nobody who is given it. */
  | 'exchanged_tokens_bound'
  /** It wants to be shown a key by us, and its entry here does not say so. */
  | 'dpop_required'
  /** It does not take the proof by which it is shown one. */
  | 'dpop_proof_refused'
  /** The client gets no token as itself, or none for this audience. */
  | 'agents_not_allowed'
  /** Of what is asked, there is something that the client may not have as itself. */
  | 'scope_not_allowed'
  /** The scopes are of several APIs, and a token is for one. */
  | 'scopes_of_several'
  /** It does not take what the client proves itself by. */
  | 'credentials_refused';

/** Why there is no token of the API. */
export type ApiRefusal =
  /** The person has to do something at the provider first. `claims`: what it wants, as JSON (OIDC Core §5.5). */
  | {
      readonly kind: 'interaction_required';
      readonly claims?: string;
      /** Where the person does it, where the provider says so. */
      readonly url?: string;
      readonly vendorCode?: string;
    }
  /** Nobody has consented there to what is asked. */
  | { readonly kind: 'consent_required'; readonly vendorCode?: string }
  /** The provider gives none, whenever it is asked. `error`: its OAuth error code. */
  | {
      readonly kind: 'refused';
      readonly error: string;
      readonly vendorCode?: string;
      readonly fault?: ExchangeFault;
      /** What to change at the provider, and where; of a fault that is told. */
      readonly fix?: string;
    }
  /** The provider takes the person's sign-in no more. */
  | { readonly kind: 'ended'; readonly reason: string }
  /** Nothing of the person is kept that the provider could be asked with. */
  | { readonly kind: 'not_kept' }
  | { readonly kind: 'idp_disabled' }
  /** It is registered no more, or disabled. */
  | { readonly kind: 'api_gone' }
  /** The API does not give the agent what it asks as itself. */
  | { readonly kind: 'not_allowed' };

export type ApiAnswer = { readonly kind: 'token'; readonly token: ApiToken } | ApiRefusal;

/** Reads for the request path: no answer is more than 5 seconds old. */
export interface ApiDirectory {
  /** The active or disabled API of that canonical URI. */
  readonly find: (uri: ResourceUri) => Promise<DownstreamApi | undefined>;
}

/** The APIs behind identity providers, as the token endpoint sees them. */
export interface DownstreamApis extends ApiDirectory {
  /** Throws `DependencyUnavailable` when the provider is down. */
  readonly exchange: (asked: ApiRequest) => Promise<ApiAnswer>;
}
