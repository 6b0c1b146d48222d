import type { Instant } from '../runtime/clock.ts';
import type {
  AgentId,
  ClientId,
  GrantId,
  IdpId,
  PersonId,
  ResourceUri,
  ScopeName,
  UpstreamSession,
} from '../runtime/identifiers.ts';

/** The person behind a grant, as they were when they signed in. */
export interface GrantedBy {
  readonly id: PersonId;
  readonly idp: IdpId;
  readonly name?: string;
  readonly preferredUsername?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  /** Names of the roles they held. */
  readonly roles: readonly string[];
  readonly authTime?: Instant;
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** At the identity provider, where it told. */
  readonly session?: UpstreamSession;
}

/** What a person granted to a client. It never widens. */
export interface GrantTerms {
  readonly id: GrantId;
  readonly clientId: ClientId;
  /** The agent that the client belongs to, where it belongs to one. */
  readonly agentId?: AgentId;
  readonly person: GrantedBy;
  /** Absent: tokens are for the userinfo endpoint alone. */
  readonly resource?: ResourceUri;
  /** OpenID scopes and those of the resource; `offline_access` where it was granted by that name. */
  readonly scope: readonly ScopeName[];
  /** Whether the client gets refresh tokens. */
  readonly offline: boolean;
  /** Whether the identity provider can be asked about the person's standing. */
  readonly keptUpstream: boolean;
  /** Of a grant that a client got in exchange for a token of somebody else's client. */
  readonly origin?: GrantOrigin;
}

/** What a grant rests on that came of an exchange. */
export interface GrantOrigin {
  /** The person's own grant, on which the token was issued. This one never outlives it. */
  readonly root: GrantId;
  /** The resource of that grant, whose server was sent the token. */
  readonly resource: ResourceUri;
  /** The token that was exchanged. */
  readonly parent: {
    readonly jti: string;
    /** To whom it was issued, and its `exp`. */
    readonly clientId: ClientId;
    readonly agentId?: AgentId;
    readonly expiresAt: number;
    readonly scope: readonly ScopeName[];
  };
}

/** What a code is bound to. */
export interface CodeBinding {
  readonly redirectUri: string;
  /** RFC 7636 §4.3, S256. */
  readonly codeChallenge: string;
  /** OpenID Connect Core §3.1.2.1; goes into the id_token. */
  readonly nonce?: string;
  /** RFC 9449 §10: the thumbprint of the key that it is asked for with. */
  readonly dpopJkt?: string;
}

/**
 * A code as it is kept: by its digest. What a device redeems (RFC 8628) is bound to nothing but its client, and only one that
 * came by redirect has a binding.
 */
export interface StoredCode extends Partial<CodeBinding> {
  readonly digest: string;
  readonly expiresAt: Instant;
  readonly redeemedAt?: Instant;
}

/** A superseded refresh token that still leads to its successor. */
export interface Superseded {
  readonly digest: string;
  readonly salt: string;
  /** The end of its minute. */
  readonly until: Instant;
}

/** The refresh family that a redeemed grant becomes. */
export interface Family {
  readonly digest: string;
  readonly generation: number;
  /** Of the current token's secret. */
  readonly current: string;
  /** At most 8, the newest first. */
  readonly ring: readonly Superseded[];
  /** Never later than `absoluteUntil`. */
  readonly idleUntil: Instant;
  readonly absoluteUntil: Instant;
  /** RFC 9449 §5: the thumbprint of the key that its tokens are bound to, of a public client that has shown one. */
  readonly jkt?: string;
  /** RFC 8705 §4: the same of a certificate. */
  readonly x5t?: string;
}

export interface GrantEnd {
  readonly at: Instant;
  /** For the audit trail: `code_replayed`, `refresh_token_replayed`, `revoked`, `withdrawn`, `person_ended` … */
  readonly reason: string;
}

/** One grant, one item: the code, its redemption, and the family. */
export interface StoredGrant {
  readonly terms: GrantTerms;
  readonly createdAt: Instant;
  readonly code: StoredCode;
  readonly family?: Family;
  readonly ended?: GrantEnd;
}

export interface Redemption {
  readonly at: Instant;
  readonly codeDigest: string;
  /** Where the client gets refresh tokens. */
  readonly family?: Family;
  /** Random, one for each request: tells our own retried write from another caller's. */
  readonly attempt: string;
}

export interface Rotation {
  /** Digest of the current secret that was presented. */
  readonly from: string;
  readonly next: Family;
  readonly attempt: string;
}

/** What became of a write that only one may win. `taken` holds the item as it stands. */
export type Marked =
  { readonly won: true } | { readonly won: false; readonly taken: StoredGrant | undefined };

export interface Grants {
  /** Keeps a new grant with its code. Asked again with the same grant (a lost reply), it is done. */
  readonly create: (grant: StoredGrant) => Promise<void>;
  /** Keeps a new grant that came of an exchange: it has its family, and no code that anybody knows. Asked again, it is done. */
  readonly open: (grant: StoredGrant & { readonly family: Family }) => Promise<void>;
  /** Strongly consistent; ended grants too, until they are swept. */
  readonly find: (id: GrantId) => Promise<StoredGrant | undefined>;
  /** Those among `ids` that are still kept, in no order; strongly consistent, one round trip for each 100. */
  readonly several: (ids: readonly GrantId[]) => Promise<readonly StoredGrant[]>;
  /**
   * Redeems the code, if it is neither redeemed nor expired and the grant is not ended: true for exactly one attempt under any
   * interleaving, and again for that same attempt.
   */
  readonly redeem: (id: GrantId, redemption: Redemption) => Promise<Marked>;
  /** Puts `next` in place of the family, if `from` is still its current secret and the grant is not ended. */
  readonly rotate: (id: GrantId, rotation: Rotation) => Promise<Marked>;
  /**
   * Ends the grant, and tells offline verifiers (the feed of ends) in the same write. The first end stays; resolves
   * whether this call is the one that ended it.
   */
  readonly end: (id: GrantId, end: GrantEnd, requestId: string) => Promise<boolean>;
}
