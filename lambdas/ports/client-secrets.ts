import type { Secret } from '../runtime/secret.ts';

/** The secrets that a deployment makes for the clients of its config. */
export interface ClientSecrets {
  /** The current value of one; throws for a secret that does not hold that client's. */
  readonly current: (secretArn: string, clientId: string) => Promise<Secret>;
}
