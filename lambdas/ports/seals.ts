import type { Instant } from '../runtime/clock.ts';
import type { Secret } from '../runtime/secret.ts';

/** What a sealed value is good for; one sealed for another purpose does not open. */
export type SealPurpose =
  | ('session' | 'browser' | 'request' | 'account' | 'dpop-nonce')
  | ('logout-form' | 'logout' | 'upstream-hint');

/**
 * Seals values that a browser keeps for us: confidential and tamper-proof, the same on every instance, under one of two
 * live versions of one rotating secret. Throws `DependencyUnavailable` when the secret cannot be read.
 */
export interface Seals {
  readonly seal: (purpose: SealPurpose, value: string, until: Instant) => Promise<string>;
  /** Undefined for what is expired, altered, of another purpose, or of a secret that is gone. */
  readonly open: (purpose: SealPurpose, sealed: string, now: Instant) => Promise<string | undefined>;
}

/** The secret behind seals, for what rotates it; it learns no value. */
export interface SealSecretStore {
  readonly current: () => Promise<{ readonly id: string; readonly createdAt: Instant }>;
  /**
   * Puts `value` in place of the version of that id, which stays live as the one before. Resolves false, and changes nothing,
   * when another took its place already: of many callers one wins.
   */
  readonly replace: (id: string, value: Secret) => Promise<boolean>;
}
