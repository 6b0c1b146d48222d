import type { AssertionAudience, IdentityProvider } from '../../../ports/identity-providers.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** What is asked for where the config says nothing of it. */
export interface ProfileDefaults {
  readonly scopes: readonly string[];
  readonly subjectClaim: string;
  readonly tenantClaim?: string;
  readonly groupsClaim?: string;
}

/** Which issuers speak for one identity provider. Each answer is compared as it is written. */
export interface IssuerRule {
  /** What its discovery document has to name. */
  readonly ofMetadata: (idp: Trusted) => string;
  /** The only `iss` that tokens with these claims may have; undefined where none is right. */
  readonly ofToken: (idp: Trusted, claims: Claims) => string | undefined;
  /** Whether a key of its key set may sign tokens of that issuer with these claims. */
  readonly ownsKey: (idp: Trusted, key: Claims, claims: Claims) => boolean;
}

/** What the config trusts of an identity provider. */
export type Trusted = Pick<IdentityProvider, 'issuer' | 'tenants'>;

/** Where the groups of a person are. */
export type GroupsAt =
  | { readonly at: 'claims'; readonly names: readonly unknown[] }
  /** The userinfo endpoint may tell what the id_token does not. */
  | { readonly at: 'userinfo' }
  /** There are too many for a token: Microsoft Graph tells them. */
  | { readonly at: 'graph' };

/** What a client wants of the sign-in, in the provider's own words. */
export interface UpstreamWishes {
  readonly prompt?: 'none' | 'login' | 'select_account';
  /** Seconds. */
  readonly maxAge?: number;
  /** In the order of preference. */
  readonly acr: readonly string[];
  readonly loginHint?: string;
  /** A challenge of the provider's own, as JSON. */
  readonly challenge?: string;
}

export type RequestParameters = Readonly<Record<string, string | undefined>>;

/** How a provider has people sign in anew, or by more than a password. */
export interface StepUpRule {
  readonly parameters: (wishes: UpstreamWishes) => RequestParameters;
  /** Whether the claims of an id_token say that this was reached. */
  readonly isReached: (acr: string, claims: Claims) => boolean;
}

/** Where people are sent to be signed out, and what for. */
export interface UpstreamLogout {
  readonly issuer: string;
  /** As its discovery document has it. */
  readonly endSessionEndpoint?: string;
  readonly authorizationEndpoint: string;
  /** Ours at the provider. */
  readonly clientId: string;
  /** Ours, registered there. */
  readonly returnTo: string;
  readonly state?: string;
  readonly idTokenHint?: string;
}

/** How clients come to be at a provider, where a program can have one made: by RFC 7591 at its `registration_endpoint`, or not. */
export type RegistrationApi =
  | { readonly kind: 'none' }
  /** By the API of AWS, as app clients of a user pool; the role of a function is the only credential. */
  | { readonly kind: 'user_pool' }
  /**
   * By an initial access token (RFC 7591 §3); each client comes with a token of its own, by which it is changed and removed
   * (RFC 7592). Nobody can look for one.
   */
  | { readonly kind: 'initial_access_token' }
  /** By an API token, which also finds and removes clients, below the same endpoint; `scheme` is that of the token. */
  | { readonly kind: 'api_token'; readonly scheme: 'SSWS' }
  /** Open to everybody; what it made is found and removed by another API of the provider, under that path. */
  | { readonly kind: 'open'; readonly management: string };

/** What is particular to one kind of identity provider. Pure: it decides, and asks nobody. */
export interface ProviderProfile {
  /** Whether an issuer is unmistakably that of such a provider. */
  readonly isIssuer: (issuer: URL) => boolean;
  readonly defaults: (issuer: string) => ProfileDefaults;
  readonly issuers: IssuerRule;
  /** What is wrong with an id_token beyond what OpenID Connect says of all, and what to change; undefined where nothing is. */
  readonly idTokenProblem: (header: Claims, claims: Claims) => string | undefined;
  readonly groups: (claims: Claims, groupsClaim: string) => GroupsAt;
  /** Whether its userinfo endpoint may tell more of a person than the id_token. */
  readonly userinfoTellsMore: boolean;
  readonly stepUp: StepUpRule;
  /** Undefined where the provider has no way to be signed out. */
  readonly logoutUrl: (logout: UpstreamLogout) => URL | undefined;
  readonly registration: RegistrationApi;
  /**
   * For how many seconds a refresh token for work while the person is away is good unless it is used, as the provider has it where
   * nobody has changed that. Absent: nothing ends by that, or nobody knows.
   */
  readonly refreshIdleSeconds?: number;
  /** What assertions of ours name it by, as it documents. */
  readonly assertionAudience: AssertionAudience;
}
