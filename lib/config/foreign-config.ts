import type { IdentityProviderProfile } from './people-config.ts';

/** Somebody whose tokens count here, and on which terms. */
export interface TrustAnchorConfig {
  /** Short name, `[A-Za-z0-9_-]{1,64}`, as the audit trail tells it. */
  readonly id: string;
  /**
   * Exactly the `iss` of its tokens. For several tenants of Entra, `https://login.microsoftonline.com/organizations/v2.0`,
   * and `tenants`.
   */
  readonly issuer: string;
  /**
   * Whose software it is, as for an identity provider. Default: as its issuer says where that is unmistakable. Access tokens of
   * Entra of version 1.0 have the issuer `https://sts.windows.net/<tenant>/`: with that, write `entra`.
   */
  readonly profile?: IdentityProviderProfile;
  /** The https URL of its public keys. Default: what its OpenID Connect discovery document names. */
  readonly jwksUri?: string;
  /**
   * What its tokens may be taken as: what somebody exchanges, what it asserts of its people for one client (`id_jag`), or the
   * assertions of workloads.
   */
  readonly accepts: readonly TrustedKind[];
  /**
   * What its access and ID tokens and other JWTs are made for: one of these is their `aud`, or of an access token of Cognito its
   * `client_id`. Assertions of workloads name this deployment.
   */
  readonly audiences?: readonly string[];
  /** Where given, tokens of these tenants count and no others. */
  readonly tenants?: readonly string[];
  /** Claims, and one value or several of which each must have one. Dots lead into objects. */
  readonly requiredClaims?: Readonly<Record<string, string | readonly string[]>>;
  /** How the person must have signed in, by `acr`, `amr` and `auth_time`. */
  readonly assurance?: AssuranceConfig;
  /** How its people are named. Default: as people of its own, by the claim that its profile makes stable. */
  readonly subject?: SubjectConfig;
  /** What else the `subject_token_type` of its tokens may be, as `urn:entra:token-type:user-jwt`. */
  readonly subjectTokenTypes?: readonly string[];
  /** The ids of the agents that may exchange its tokens. */
  readonly actors?: readonly string[];
  /** What tokens may be exchanged for, at most, and what its ID-JAGs give. */
  readonly grants?: readonly AnchorGrantConfig[];
  /**
   * The clients that may present its ID-JAGs: ids of clients that hold the grant `urn:ietf:params:oauth:grant-type:jwt-bearer`, or
   * URLs of metadata documents, which get it by being named here. Default: the clients of this config that hold it.
   */
  readonly clients?: readonly string[];
  /**
   * Whether an ID-JAG may be presented until it expires, or one assertion of a workload, as those of Kubernetes have to. Default:
   * each is taken once, and has a `jti`.
   */
  readonly reusable?: boolean;
}

export type TrustedKind = 'access_token' | 'id_token' | 'jwt' | 'id_jag' | 'workload';

export interface AssuranceConfig {
  /** One of these. */
  readonly acr?: readonly string[];
  /** All of these. */
  readonly amr?: readonly string[];
  /** Seconds since `auth_time`, 60 to 2,592,000. */
  readonly maxAgeSeconds?: number;
}

export interface SubjectConfig {
  /** `workload`: its tokens are of programs, as those of an AWS account are, and of no people. Default: `person`. */
  readonly kind?: 'person' | 'workload';
  /** The id of the identity provider at which its people sign in here: in tokens they are the same, and hold what their roles say. */
  readonly idp?: string;
  /** The claim with the stable id, where it is not the usual one; `uid` in access tokens of Okta. */
  readonly claim?: string;
  /** The claim that tells tenants of one issuer apart. */
  readonly tenantClaim?: string;
}

export interface AnchorGrantConfig {
  /** The id of a resource. */
  readonly resource: string;
  readonly scopes: readonly string[];
}

/** A program somewhere else that is an agent here (RFC 7523 §2.1): it proves itself by what its platform says of it. */
export interface WorkloadConfig {
  /** The id of a trust anchor that accepts `workload`. */
  readonly anchor: string;
  /**
   * What its assertion says: claims, and one value or several of which each must have one. `*` at the end of a value, after a
   * `/` or a `:`, stands for anything.
   */
  readonly claims: Readonly<Record<string, string | readonly string[]>>;
  /** The id of the agent that it is. */
  readonly agent: string;
  /** Resource id → scopes, where it gets less than the agent does. */
  readonly scopes?: Readonly<Record<string, readonly string[]>>;
}
