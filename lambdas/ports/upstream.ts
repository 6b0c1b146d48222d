import type { Secret } from '../runtime/secret.ts';
import type { Result } from '../runtime/result.ts';
import type { ProbedToken } from './diagnosis.ts';
import type { ApiRefusal, ApiScope, ApiToken, DownstreamApi, PresentedKind } from './downstream-apis.ts';
import type { OwnProof } from './enrolments.ts';
import type { IdentityProvider } from './identity-providers.ts';
import type { LogoutNotice, SignInRefusal, SignInReturn, SignInStart, SignOutStart } from './people.ts';

/** Claims of a verified id_token, and under them those of the userinfo endpoint where it was asked. */
export type UpstreamClaims = Readonly<Record<string, unknown>>;

/** What a code of an identity provider was exchanged for, all of it verified. */
export interface UpstreamSignIn {
  readonly claims: UpstreamClaims;
  readonly refreshToken?: Secret;
  /** For how many seconds that is good unless it is used, where the provider tells. */
  readonly refreshSeconds?: number;
  readonly idToken?: string;
}

/** What a refresh token of an identity provider was exchanged for. It was taken: the person stands. */
export interface UpstreamRefresh {
  /** In place of the one that was sent. */
  readonly rotated?: Secret;
  /** For how many seconds what it takes from now on is good unless it is used, where it tells. */
  readonly refreshSeconds?: number;
  /** Absent where the provider told nothing of the person. `refused`: it told something that nobody can believe. */
  readonly told?: Result<UpstreamClaims, string>;
  /** Whether an id_token is among what was told, so that what it leaves out is not so. */
  readonly byIdToken: boolean;
  /** What came with it, where it was asked for to be presented. */
  readonly presentable?: Readonly<Partial<Record<PresentedKind, Secret>>>;
}

/**
 * What a refresh is for that is presented elsewhere: parameters besides those of RFC 6749 §6. Nothing is asked of the person
 * beyond what the answer itself tells.
 */
export type RefreshWish = Readonly<Record<string, string>>;

/** `interaction_required`: by whatever name, it wants to see the person. */
export type RefreshRefusal = 'invalid_grant' | 'interaction_required';

/** An identity provider as it is spoken to: by the client of the deployment, or by one of our clients as its own (`clientId`). */
export interface SpokenTo extends IdentityProvider {
  readonly ownProof?: () => Promise<OwnProof>;
  /** The name of the secret that proves it, where that is not the one of the provider. */
  readonly secretName?: string;
}

/** OpenID Connect, as we speak it as a client. Throws `DependencyUnavailable` where a provider is down or answers 5xx. */
export interface UpstreamProviders {
  readonly begin: (idp: IdentityProvider, start: SignInStart) => Promise<URL>;
  readonly redeem: (idp: SpokenTo, back: SignInReturn) => Promise<Result<UpstreamSignIn, SignInRefusal>>;
  /** Judges a logout token that claims to be of the provider. Refused: what is wrong with it, without its values. */
  readonly logout: (idp: IdentityProvider, token: string) => Promise<Result<LogoutNotice, string>>;
  /** Where a person is signed out there; undefined where the provider has no way. */
  readonly leave: (idp: IdentityProvider, start: SignOutStart) => Promise<URL | undefined>;
  /** Refused: the provider takes the token no more. `subject`: the `sub` that it was given to. */
  readonly refresh: (
    idp: SpokenTo,
    token: Secret,
    subject: string,
    wish?: RefreshWish,
  ) => Promise<Result<UpstreamRefresh, RefreshRefusal>>;
  /** What has to be presented for a token of the API, and by which refresh it is got. */
  readonly presents: (
    idp: SpokenTo,
    api: DownstreamApi,
  ) => { readonly kind: PresentedKind; readonly wish: RefreshWish };
  /** A token of the API in exchange for what is presented. Throws `DependencyUnavailable` where the provider gives no answer. */
  readonly exchange: (
    idp: SpokenTo,
    api: DownstreamApi,
    presented: { readonly token: Secret; readonly scopes: readonly ApiScope[] },
  ) => Promise<Result<ApiToken, ApiRefusal>>;
  /** A token of the API for our client itself, in nobody's name. Throws where the provider gives no answer. */
  readonly mint: (
    idp: SpokenTo,
    api: DownstreamApi,
    scopes: readonly ApiScope[],
  ) => Promise<Result<ApiToken, ApiRefusal>>;
  /** What the token endpoint says to our credentials with a code that nobody gave. */
  readonly probe: (idp: IdentityProvider) => Promise<ProbedToken>;
  /** What the provider of an API says to the exchange of a token that nobody gave. */
  readonly probeExchange: (idp: IdentityProvider, api: DownstreamApi) => Promise<ProbedToken>;
}
