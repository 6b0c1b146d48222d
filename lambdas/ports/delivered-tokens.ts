import type { Instant } from '../runtime/clock.ts';
import type { TaskId } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';
import type { Secret } from '../runtime/secret.ts';

/** Why nothing can be put into a secret until somebody sees to it; whoever owns it is told. */
export interface SecretFault {
  readonly reason: 'secret_gone' | 'secret_denied' | 'secret_full' | 'secret_not_usable';
}

/** Which token a version of a secret holds. Nothing of it is secret: it is the name of the version. */
export interface DeliveredToken {
  readonly taskId: TaskId;
  readonly jti: string;
  readonly expiresAt: Instant;
}

/** A version that was put, whether it was promoted or not. */
export interface DeliveredVersion extends DeliveredToken {
  readonly version: string;
  readonly at: Instant;
}

export interface SecretContent {
  /** The version that is read, whoever put it there; undefined of a secret that holds nothing yet. */
  readonly current: string | undefined;
  /** The last of those that were put by `put`. */
  readonly last: DeliveredVersion | undefined;
}

/** Secrets of the account, by their ARN, into which the tokens of tasks go. */
export interface DeliveredTokens {
  readonly find: (secretArn: string) => Promise<Result<SecretContent, SecretFault>>;
  /**
   * Adds a version that nobody reads yet, in place of the last such; the first of an empty secret is read at once. The same text of the
   * same token again (a lost reply) adds none.
   */
  readonly put: (
    secretArn: string,
    token: DeliveredToken,
    text: Secret,
  ) => Promise<Result<{ readonly version: string; readonly isCurrent: boolean }, SecretFault>>;
  /** Has everybody read version `to`, if they read `from` until now, or `to` already. What was current is kept as the one before. */
  readonly promote: (
    secretArn: string,
    versions: { readonly from: string | undefined; readonly to: string },
  ) => Promise<Result<true, SecretFault>>;
}
