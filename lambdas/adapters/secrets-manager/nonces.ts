import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type DpopNonces, statelessNonces } from '../../oauth/dpop/nonces.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { clientDefaults } from '../aws.ts';
import { secretsManagerSealSecrets } from './seal-secrets.ts';
import { secretsManagerSeals } from './seals.ts';

/** Nonces that all instances make and know, by a secret that they share; undefined where the deployment has none (`none`). */
export function secretsManagerNonces(
  secretArn: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): DpopNonces | undefined {
  if (secretArn === 'none') return undefined;
  const secrets = secretsManagerSealSecrets({
    client: new SecretsManagerClient(clientDefaults),
    ...{ secretArn, clock },
  });
  return statelessNonces(secretsManagerSeals({ secrets, random }));
}
