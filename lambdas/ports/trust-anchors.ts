import type { Instant } from '../runtime/clock.ts';
import type { AgentId, ClientId, IdpId, ResourceUri, ScopeName } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';
import type { ProfileName } from './identity-providers.ts';

/** What a foreign token may be taken as. */
export const foreignKinds = ['access_token', 'id_token', 'jwt', 'id_jag', 'workload'] as const;
export type ForeignKind = (typeof foreignKinds)[number];

/** Scopes at one resource. */
export interface AnchorGrant {
  readonly resource: ResourceUri;
  readonly scopes: readonly ScopeName[];
}

/** How somebody proved who they are, where their token has to tell. */
export interface Assurance {
  /** One of these. */
  readonly acr?: readonly string[];
  /** All of these. */
  readonly amr?: readonly string[];
  /** Since `auth_time`. */
  readonly maxAgeSeconds?: number;
}

/** Somebody whose tokens count here, and on which terms. */
export interface TrustAnchor {
  /** As the config calls it. */
  readonly id: string;
  /** Exactly the `iss` of its tokens; of Entra also the one that all its tenants share. */
  readonly issuer: string;
  readonly profile: ProfileName;
  /** Absent: where its discovery document says. */
  readonly jwksUri?: string;
  readonly accepts: readonly ForeignKind[];
  /** One of them is the `aud` of access and ID tokens, and of other JWTs. */
  readonly audiences: readonly string[];
  /** Where given, tokens of these tenants count and no others. */
  readonly tenants?: readonly string[];
  /** The claim that tells tenants apart, where there is one. */
  readonly tenantClaim?: string;
  /** Claims, and the values of which each must have one. */
  readonly requiredClaims?: Readonly<Record<string, readonly string[]>>;
  readonly assurance?: Assurance;
  /** Its tokens are of programs, and of no people. */
  readonly subjectKind?: 'workload';
  /** Where given, its people are those that sign in at that identity provider. */
  readonly idp?: IdpId;
  /** The claim that holds the stable id of a person. */
  readonly subjectClaim?: string;
  /** What else than its RFC 8693 name a `subject_token_type` of its tokens may be. */
  readonly subjectTokenTypes?: readonly string[];
  /** Who may exchange its tokens. */
  readonly actors?: readonly AgentId[];
  /** What an exchange of its tokens may be for. */
  readonly grants: readonly AnchorGrant[];
  /** The clients that may present its ID-JAGs. */
  readonly clients?: readonly ClientId[];
  /** Whether one assertion of a workload gives more than one token, until it expires. */
  readonly reusable?: boolean;
}

/** A foreign token of which all is verified that does not depend on what it is for. */
export interface VerifiedForeign {
  readonly anchor: TrustAnchor;
  readonly kind: ForeignKind;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly expiresAt: Instant;
  /** Names this one token among all that there are: a digest of its issuer and its `jti`, or of itself. */
  readonly jti: string;
}

/** The class of what is wrong with a foreign token, for the audit trail. */
export type ForeignFault =
  | 'not_a_jwt'
  | 'encrypted'
  | 'header_not_acceptable'
  | 'kind_not_accepted'
  | 'claims_malformed'
  | 'out_of_time'
  | 'issuer_not_trusted'
  | 'tenant_not_trusted'
  | 'key_unknown'
  | 'keys_not_usable'
  | 'signature_wrong'
  | 'audience_wrong'
  | 'claim_not_accepted'
  | 'assurance_too_low'
  | 'nobody_named'
  | 'of_no_person'
  | 'person_ended';

/** `detail` goes on after "the token …" and says nothing of its values, nor of what is configured here. */
export interface ForeignRefusal {
  readonly fault: ForeignFault;
  readonly detail: string;
}

/**
 * Verifies a token of somebody else as one of those kinds: the issuer that it names exactly, by that issuer's own keys,
 * its times, its tenant, and all that its anchor demands. Throws `DependencyUnavailable` while the keys are out of reach.
 */
export type VerifyForeign = (
  token: string,
  kinds: readonly ForeignKind[],
  now: Instant,
) => Promise<Result<VerifiedForeign, ForeignRefusal>>;
