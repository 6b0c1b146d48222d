import type { Instant } from '../runtime/clock.ts';
import type { ClientId, GrantId, IdpId, PersonId, UpstreamSession } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';
import type { Explained } from './diagnosis.ts';
import type { IdentityProvider } from './identity-providers.ts';

/** A person as the identity provider described them when they signed in. */
export interface Person {
  readonly id: PersonId;
  readonly idp: IdpId;
  readonly name?: string;
  readonly preferredUsername?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  /** Those by which the config gives a role. */
  readonly groups: readonly string[];
}

/** One sign-in at an identity provider, verified: signature, issuer, audience, nonce, times, `at_hash`. */
export interface SignedIn {
  readonly person: Person;
  /** When the person proved who they are there, which may be long before. */
  readonly authTime?: Instant;
  /** Of what the client asked for the first that was reached; otherwise as the provider tells. */
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** Whether the upstream refresh token was kept under the grant's id. */
  readonly keptUpstream: boolean;
  /** Whether it took the place of what was kept for the grant that they signed in for again. */
  readonly renewed?: boolean;
  /** Where the provider tells it. */
  readonly session?: UpstreamSession;
  /** As the provider gave it: what it is shown again when the person is to be signed out there. Kept by nobody but the browser. */
  readonly idToken?: string;
}

/** What a client asked for that the identity provider has to see to (OpenID Connect Core §3.1.2.1). */
export interface SignInWishes {
  readonly prompt?: 'none' | 'login' | 'select_account';
  /** Seconds. */
  readonly maxAge?: number;
  readonly acrValues?: string;
  readonly loginHint?: string;
  /** Of the provider itself, which it gave with a refusal: claims of an access token, as JSON. */
  readonly challenge?: string;
}

export interface SignInStart {
  /** Random, and ours: nothing of the client's own request goes upstream. */
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636 §4.2, S256. */
  readonly codeChallenge: string;
  readonly wishes: SignInWishes;
  /** Whether to ask for a refresh token, for work while the person is away. */
  readonly offline: boolean;
  /** Whose sign-in it is, where that client is one of its own at the provider. */
  readonly enrolled?: ClientId;
  /** The grant for which they sign in again. */
  readonly renews?: GrantId;
}

export interface SignInReturn {
  /** Everything the identity provider sent to `/callback/{idp}`, as form-urlencoded text. */
  readonly query: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** What the client asked for. */
  readonly acrValues?: string;
  /** Where given, the upstream refresh token is kept under that id, until the grant is used for minutes only. */
  readonly keepFor?: GrantId;
  /** Where given, it takes the place of what was kept for that grant, if the person is the same and it waits for them. */
  readonly renews?: GrantId;
  /** As it was begun. */
  readonly enrolled?: ClientId;
}

/** Why nobody signed in. `refused`: the provider said so itself, `error` being its OAuth error code. */
export type SignInRefusal =
  | {
      readonly reason: 'upstream_refused';
      readonly error: string;
      /** The provider's own number for it, such as `AADSTS65001`. */
      readonly vendorCode?: string;
    }
  | { readonly reason: 'upstream_answer_invalid'; readonly detail: string };

/** With what an administrator can do about it. For the audit trail. */
export type ExplainedRefusal = SignInRefusal & { readonly explained: Explained };

/** The identity providers, as the authorization endpoint sees them. Throws `DependencyUnavailable` when one is down. */
export interface SignIns {
  /** Where to send the browser. */
  readonly begin: (idp: IdentityProvider, start: SignInStart) => Promise<URL>;
  readonly complete: (
    idp: IdentityProvider,
    back: SignInReturn,
  ) => Promise<Result<SignedIn, ExplainedRefusal>>;
}

/** An identity provider's word that somebody signed out there: it names the person, one session of theirs, or both. */
export interface LogoutNotice {
  readonly jti: string;
  /** So long it could be brought again. */
  readonly until: Instant;
  readonly person?: PersonId;
  readonly session?: UpstreamSession;
}

/** With what a person leaves for the identity provider, to be signed out there. */
export interface SignOutStart {
  /** Random, and ours: nothing of the client's own request goes upstream. */
  readonly state: string;
  /** What the provider gave at the sign-in that is to end. */
  readonly idTokenHint?: string;
}

export interface UpstreamLogouts {
  /**
   * `enrolled`: to which client of ours it was told, where that is one of its own there. Refused: what is wrong with the token, without
   * its values. Throws `DependencyUnavailable` when the keys are out of reach.
   */
  readonly read: (
    idp: IdentityProvider,
    token: string,
    enrolled?: ClientId,
  ) => Promise<Result<LogoutNotice, string>>;
  /** Where to send the browser; undefined where the provider has no way. Throws `DependencyUnavailable` when it is down. */
  readonly leave: (idp: IdentityProvider, start: SignOutStart) => Promise<URL | undefined>;
}

/** What became of a person since they signed in. */
export type PersonStanding =
  /** `askBy`: unless it is asked again by then, the provider lets them go on no more; absent where nobody knows. */
  | { readonly kind: 'stands'; readonly groups?: readonly string[]; readonly askBy?: Instant }
  /** The provider takes their refresh token no more: what was granted on it ends. */
  | { readonly kind: 'ended'; readonly reason: string }
  /** An operator disabled the provider: no token until it is enabled again, and nothing ends. */
  | { readonly kind: 'suspended'; readonly reason: 'idp_disabled' }
  /** It takes what was kept no more, which says nothing against them: until they sign in again nobody can tell whether they stand. */
  | { readonly kind: 'to_sign_in' }
  /** Nothing is kept that could be asked with. */
  | { readonly kind: 'not_kept' };

export interface PersonStandings {
  /**
   * Asks the identity provider behind a grant whether the person still stands, by their kept refresh token; at most
   * once for all who ask within a minute. To be asked of every grant of a person: `suspended` is told of those too for
   * which nothing is kept. Throws `DependencyUnavailable` when the provider is down.
   */
  readonly check: (grant: GrantId, idp: IdpId) => Promise<PersonStanding>;
  /** Somebody uses the grant: what was kept for it is kept for good from now on. Done before is done. */
  readonly confirm: (grant: GrantId) => Promise<void>;
  /** Those among the grants, at most 50, whose person has to sign in again for anybody to go on by them. */
  readonly waiting: (grants: readonly GrantId[]) => Promise<readonly GrantId[]>;
  /** Forgets what was kept for the grant; done before is done. */
  readonly forget: (grant: GrantId) => Promise<void>;
}
