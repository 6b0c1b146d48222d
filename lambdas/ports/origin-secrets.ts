import type { Secret } from '../runtime/secret.ts';

/** What an edge proves itself with to the API behind it. */
export interface OriginSecrets {
  /** The current value; throws for one that is too short to be kept as a plain digest. */
  readonly current: (secretArn: string) => Promise<Secret>;
}
