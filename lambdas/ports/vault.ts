import type { Instant } from '../runtime/clock.ts';
import type { ClientId, GrantId, IdpId, PersonId } from '../runtime/identifiers.ts';
import type { Secret } from '../runtime/secret.ts';

/** What a kept token is bound to: it opens for nothing else. */
export interface VaultBinding {
  readonly grant: GrantId;
  readonly idp: IdpId;
  readonly person: PersonId;
  /** The client that it was issued to, where that is one of its own at the provider; otherwise the deployment's. */
  readonly client?: ClientId;
}

/** AES-256-GCM under a data key of KMS, each part as base64. */
export interface SealedToken {
  readonly wrappedKey: string;
  readonly iv: string;
  readonly ciphertext: string;
}

/** A refresh token of an identity provider, and the `sub` that it was given to. */
export interface UpstreamToken {
  readonly refreshToken: Secret;
  readonly subject: string;
}

export interface OpenedToken extends UpstreamToken {
  /** Seals another token in its place, under the same data key: nothing that could fail is asked. */
  readonly reseal: (token: UpstreamToken) => SealedToken;
  /** Seals what it was exchanged for in the same way; it opens by that name alone. */
  readonly sealDerived: (name: string, text: Secret) => SealedToken;
}

/**
 * What a kept token was exchanged for, so that it is asked for once: it is kept beside the token and ends with it. `name`: a
 * digest of all that it was asked with. It holds a token, or why there was none.
 */
export interface DerivedToken {
  readonly name: string;
  /** From then on it counts no more. */
  readonly until: Instant;
  readonly sealed?: SealedToken;
  /** As JSON; nothing of it is secret. */
  readonly refusal?: string;
}

export interface VaultSeals {
  readonly seal: (binding: VaultBinding, token: UpstreamToken) => Promise<SealedToken>;
  readonly open: (binding: VaultBinding, sealed: SealedToken) => Promise<OpenedToken>;
  /** What a kept token was exchanged for under that name. */
  readonly openDerived: (binding: VaultBinding, name: string, sealed: SealedToken) => Promise<Secret>;
}

/** Who alone may ask the identity provider, and until when. */
export interface VaultLease {
  readonly attempt: string;
  readonly until: Instant;
}

export interface KeptUpstream extends VaultBinding {
  /** Grows with every answer of the provider. */
  readonly version: number;
  readonly keptAt: Instant;
  /** When it counts no more unless somebody has begun to use what was granted on it; absent once they have. */
  readonly unusedUntil?: Instant;
  /** Absent once the provider has refused it. */
  readonly sealed?: SealedToken;
  /** When the provider last said that the person stands: at first, the sign-in. */
  readonly stoodAt: Instant;
  /** When the token ends unless the provider is asked with it; absent where nobody knows. */
  readonly endsAt?: Instant;
  /** When somebody asks with it so that it does not; absent where nobody has to. */
  readonly dueAt?: Instant;
  /** As the provider told last; absent where it told nothing since the sign-in. */
  readonly groups?: readonly string[];
  /** When it last could not be asked. */
  readonly failedAt?: Instant;
  readonly ended?: { readonly reason: string; readonly at: Instant };
  readonly lease?: VaultLease;
  /** The newest last; those whose time is over too, until others are kept. */
  readonly derived?: readonly DerivedToken[];
}

/** When the token ends that is kept from now on, unless the provider is asked with it, and when somebody is to; absent where nobody knows. */
export interface TokenEnd {
  readonly endsAt?: Instant;
  readonly dueAt?: Instant;
}

/** What asking the provider came to. Each ends the lease but `rotated`, whose attempt goes on. */
export type VaultOutcome =
  | ({ readonly kind: 'rotated'; readonly sealed: SealedToken } & TokenEnd)
  /** `derived`: in place of all that there was. */
  | { readonly kind: 'derived'; readonly derived: readonly DerivedToken[] }
  | ({
      readonly kind: 'stands';
      readonly groups?: readonly string[];
      readonly sealed?: SealedToken;
    } & TokenEnd)
  | { readonly kind: 'ended'; readonly reason: string }
  /** Each moment is as it was where it is absent. */
  | ({ readonly kind: 'failed'; readonly sealed?: SealedToken } & TokenEnd);

/** Refresh tokens of identity providers, one item a grant. Every read is strongly consistent. */
export interface Vault {
  /**
   * Keeps it until `unusedUntil`, and from when it is confirmed or asked with, for good. Asked again for the same grant (a
   * lost reply), it is done.
   */
  readonly keep: (
    kept: VaultBinding & TokenEnd & { readonly sealed: SealedToken; readonly unusedUntil: Instant },
    now: Instant,
  ) => Promise<void>;
  /** Somebody uses what was granted: from now on it is kept for good. Nothing happens where it counts no more. */
  readonly confirm: (grant: GrantId, now: Instant) => Promise<void>;
  readonly find: (grant: GrantId) => Promise<KeptUpstream | undefined>;
  /**
   * Puts another token in place of one that has ended as `interaction_required`, of the same grant, provider, person and client; kept for good.
   * False where nothing of the kind is there; true again for the same attempt.
   */
  readonly renew: (
    kept: VaultBinding & TokenEnd & { readonly sealed: SealedToken; readonly attempt: string },
    now: Instant,
  ) => Promise<boolean>;
  /**
   * True for exactly one attempt until its lease is over, and again for that same attempt; false where the item is not
   * that version any more.
   */
  readonly lease: (kept: KeptUpstream, lease: VaultLease, now: Instant) => Promise<boolean>;
  /** Writes what came of it, if the lease is still that of the attempt; true again for an attempt that has written. */
  readonly settle: (grant: GrantId, attempt: string, outcome: VaultOutcome, now: Instant) => Promise<boolean>;
  /** Moves when somebody asks with it, if that is still the one moment; the same again is done. */
  readonly putOff: (grant: GrantId, due: { readonly from: Instant; readonly to: Instant }) => Promise<void>;
  readonly forget: (grant: GrantId) => Promise<void>;
}
