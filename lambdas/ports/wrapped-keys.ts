import type { KeyThumbprint } from '../runtime/identifiers.ts';
import type { PublicJwk, SigningAlgorithm } from './signing.ts';

/** A signing key whose private half KMS has wrapped. Without KMS it is of no use to anyone. */
export interface WrappedKey {
  readonly kid: KeyThumbprint;
  /** What it was made for; part of what the private half is bound to. */
  readonly intent: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicJwk: PublicJwk;
  readonly wrappedPrivateKey: Uint8Array;
}

export interface WrappedKeys {
  /** The key of that name, strongly consistent. */
  readonly find: (kid: KeyThumbprint) => Promise<WrappedKey | undefined>;
}

export interface WrappedKeyStore extends WrappedKeys {
  /** The key that was made under that intent, strongly consistent. */
  readonly findByIntent: (intent: string) => Promise<WrappedKey | undefined>;
  /** Keeps the key unless its intent has one already; resolves with the one key of that intent. */
  readonly add: (key: WrappedKey) => Promise<WrappedKey>;
  /** Nothing is left of the key nor of its intent; done before is done. */
  readonly remove: (kid: KeyThumbprint) => Promise<void>;
}
