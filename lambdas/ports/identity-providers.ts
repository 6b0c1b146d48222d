import type { Instant } from '../runtime/clock.ts';
import type { IdpId, KeyThumbprint, ResourceUri, ScopeName } from '../runtime/identifiers.ts';
import type { Registration } from './registry.ts';
import type { PublicJwk } from './signing.ts';

/** What people with one of its groups may let agents do. */
export interface Role {
  /** As `roles` in tokens. */
  readonly name: string;
  /** By the names that the identity provider gives them; `everyone`: whoever can sign in. */
  readonly groups: 'everyone' | readonly string[];
  readonly scopes: readonly { readonly resource: ResourceUri; readonly names: readonly ScopeName[] }[];
}

/** Whose software an identity provider is, as far as that matters; `generic`: whatever speaks OpenID Connect. */
export const profileNames = ['entra', 'okta', 'cognito', 'auth0', 'keycloak', 'ping', 'generic'] as const;
export type ProfileName = (typeof profileNames)[number];

/** What a provider may be named by in an assertion that is made for it. */
export const assertionAudiences = ['issuer', 'token_endpoint'] as const;
export type AssertionAudience = (typeof assertionAudiences)[number];

export const assertionAlgorithms = ['RS256', 'PS256', 'ES256'] as const;
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number];

/** A key in KMS by which we prove ourselves at one identity provider, and at no other. */
export interface ProviderKey {
  /** As the config calls it. */
  readonly id: string;
  readonly keyArn: string;
  readonly kid: KeyThumbprint;
  readonly publicJwk: PublicJwk;
}

/** What a provider has of a key in its place: a certificate of it (RFC 5280). */
export interface KeyCertificate {
  /** SHA-256 of the whole, as base64url (RFC 7515 §4.1.8). */
  readonly thumbprint: string;
  readonly notAfter: Instant;
}

/** A signed assertion for each request to the token endpoint, in place of a secret. */
export interface ProofByKey {
  readonly method: 'private_key_jwt';
  readonly alg: AssertionAlgorithm;
  readonly audience: AssertionAudience;
  /** The first one signs; the provider may know us by any. */
  readonly keys: readonly [ProviderKey, ...ProviderKey[]];
  /** Of the first key: assertions name that and no key. */
  readonly certificate?: KeyCertificate;
}

/** How we prove ourselves at an identity provider. */
export type ClientProof = { readonly method: 'client_secret' } | ProofByKey;

/** An identity provider that people sign in at (OpenID Connect). */
export interface IdentityProvider extends Registration {
  readonly id: IdpId;
  /** As people read it on the page where they choose. */
  readonly name: string;
  readonly profile: ProfileName;
  /** Exactly as its discovery document and its `iss` say; of Entra also the one that all its tenants share. */
  readonly issuer: string;
  /** Ours at the identity provider. */
  readonly clientId: string;
  readonly clientProof: ClientProof;
  /** Token requests bear a proof of possession (RFC 9449), as some providers demand. */
  readonly dpop: boolean;
  /** Scopes to ask it for, such as `openid profile email offline_access`. */
  readonly scopes: readonly string[];
  /** Domains of e-mail addresses, lower case: a `login_hint` of one chooses this provider. */
  readonly domains: readonly string[];
  /** Where given, it serves these resources and no other. */
  readonly resources?: readonly ResourceUri[];
  /** The claim that holds the stable id; `sub` unless the provider makes another one stable. */
  readonly subjectClaim: string;
  /** The claim that tells tenants of one issuer apart, where there is one. */
  readonly tenantClaim?: string;
  /** Where given, people of these tenants sign in and nobody else. */
  readonly tenants?: readonly string[];
  /** What clients ask for by `acr_values`, and what it is called there. Absent: the same, whatever it is. */
  readonly acr?: Readonly<Record<string, string>>;
  /** The claim that lists a person's groups. */
  readonly groupsClaim?: string;
  /**
   * What ends when somebody signs out there: `sessions`, what came of them but for what was granted as `offline_access`;
   * or that too.
   */
  readonly onLogout: 'sessions' | 'everything';
  /** Absent: whoever can sign in holds every scope of every resource. */
  readonly roles?: readonly Role[];
}

/** Reads for the request path: every answer is at most 5 seconds old. */
export interface IdentityProviders {
  /** Those of the deployment, in the order of the config, disabled ones too. */
  readonly all: () => Promise<readonly IdentityProvider[]>;
}
