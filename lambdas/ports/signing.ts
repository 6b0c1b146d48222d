import type { Instant } from '../runtime/clock.ts';
import type { KeyThumbprint } from '../runtime/identifiers.ts';
import type { ChangeRecord } from './registry-store.ts';

export type SigningAlgorithm = 'RS256' | 'ES256';

/** The public members of a key (RFC 7517), without `kid`, `alg` and `use`. */
export type PublicJwk =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };

/** Where the private half is: in KMS, or wrapped by KMS in an item of its own, `signing-key#<kid>` in the registry table. */
export type Custody = { readonly kind: 'kms'; readonly keyArn: string } | { readonly kind: 'envelope' };

/** One key and its life. Absent `signFrom`: a standby, published and waiting. Absent ends: no end decided. */
export interface SigningKey {
  readonly kid: KeyThumbprint;
  readonly custody: Custody;
  readonly algorithm: SigningAlgorithm;
  readonly publicJwk: PublicJwk;
  readonly publishedAt: Instant;
  readonly signFrom?: Instant;
  readonly signUntil?: Instant;
  readonly publishUntil?: Instant;
}

/** A key with a private half, before anyone decided when it is published. */
export type MadeKey = Pick<SigningKey, 'kid' | 'custody' | 'algorithm' | 'publicJwk'>;

/** Makes and destroys the private halves; one for each signing mode. */
export interface SigningKeyMaker {
  /**
   * A new key, ready to be published. `intent` is the same when an interrupted rotation is resumed: a key made under
   * it is found again, not made twice. `firstTime`: nobody can have made one under it, so there is none to find.
   */
  readonly make: (intent: string, options?: { readonly firstTime: boolean }) => Promise<MadeKey>;
  /** Ends the private half for good; done before is done. */
  readonly destroy: (key: SigningKey) => Promise<void>;
}

/** A key that is on its way: recorded before it is made, so that an interruption leaves no key that nobody knows. */
export interface KeyMaking {
  readonly intent: string;
  /** The request that makes it. Another may take over at `until`, and not before. */
  readonly by: string;
  readonly until: Instant;
}

/** All keys of the issuer in one item, so that every change of the ring is one conditional write. */
export interface KeyRing {
  /** Grows by one with every write; 0 where nothing is stored. */
  readonly version: number;
  readonly keys: readonly SigningKey[];
  readonly making?: KeyMaking;
}

export interface KeyRings {
  /** The ring, at most 5 seconds old, so that a warm instance follows a rotation. */
  readonly current: () => Promise<KeyRing>;
}

export interface KeyRingStore {
  /** The ring, strongly consistent. */
  readonly read: () => Promise<KeyRing>;
  /** Stores `next` as version `from.version + 1`, with the record; false, and nothing written, if the ring moved on. */
  readonly replace: (from: KeyRing, next: Omit<KeyRing, 'version'>, change: ChangeRecord) => Promise<boolean>;
}

export interface Signer {
  /** The JWS signature of `signingInput` by that very key; throws `DependencyUnavailable` when KMS cannot. */
  readonly sign: (key: SigningKey, signingInput: string) => Promise<Uint8Array>;
}

export interface PublicKeys {
  /** The public half of a KMS key. */
  readonly publicJwk: (keyArn: string) => Promise<PublicJwk>;
}
