import type { Instant } from '../runtime/clock.ts';
import type { Result } from '../runtime/result.ts';
import type { Secret } from '../runtime/secret.ts';

/** Why nothing can be put into a secret until somebody sees to it; whoever owns it is told. */
export interface SecretFault {
  readonly reason: 'secret_gone' | 'secret_denied' | 'secret_full' | 'secret_not_usable';
}

/** The version of a secret that is read. */
export interface CurrentVersion {
  readonly version: string;
  readonly at: Instant;
  /** Whether it was delivered: whoever made the secret may have put something into it before. */
  readonly delivered: boolean;
}

/** Secrets of the account, by their ARN, into which the tokens of tasks go. */
export interface DeliveredTokens {
  /** Undefined of a secret that holds nothing yet. */
  readonly current: (secretArn: string) => Promise<Result<CurrentVersion | undefined, SecretFault>>;
  /**
   * Adds a version that nobody reads yet, in place of the last such, and resolves with its name. The same text of the same attempt again
   * (a lost reply) adds none.
   */
  readonly put: (secretArn: string, attempt: string, text: Secret) => Promise<Result<string, SecretFault>>;
  /** Has everybody read version `to`, if they read `from` until now. What was current is kept as the one before. */
  readonly promote: (
    secretArn: string,
    versions: { readonly from: string | undefined; readonly to: string },
  ) => Promise<Result<true, SecretFault>>;
}
