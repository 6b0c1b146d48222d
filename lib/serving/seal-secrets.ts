import type { Construct } from 'constructs';
import type { VestibuleConfig } from '../config/config.ts';
import type { DataKey } from '../constructs/data-key.ts';
import type { Retention } from '../constructs/retention.ts';
import { SealSecret } from '../constructs/seal-secret.ts';
import { hasPeople } from './deployment-parts.ts';

/** Two secrets, for what reads one must not be able to make up what the other seals. */
export interface SealSecrets {
  /** Behind cookies and forms; undefined where nobody signs in. */
  readonly sealSecret: SealSecret | undefined;
  /** Behind the nonces of DPoP proofs; undefined where proofs do without. */
  readonly nonceSecret: SealSecret | undefined;
}

export function sealSecrets(
  scope: Construct,
  config: VestibuleConfig,
  dataKey: DataKey,
  retention: Retention,
): SealSecrets {
  const made = (id: string, seals: string): SealSecret =>
    new SealSecret(scope, id, { seals, dataKey, retention });
  return {
    sealSecret: hasPeople(config) ? made('Seals', 'the cookies and forms of people who sign in') : undefined,
    nonceSecret:
      config.dpop?.nonces === 'off' ? undefined : made('Nonces', 'the nonces of clients that prove a key'),
  };
}
