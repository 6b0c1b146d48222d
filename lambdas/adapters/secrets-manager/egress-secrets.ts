import { egressSecretName } from '../../ports/egress-providers.ts';
import type { EgressSecrets } from '../../ports/third-parties.ts';
import { secretsManagerHeldSecrets } from './held-secrets.ts';

/** Our client secrets, keys and credentials at third parties. */
export function secretsManagerEgressSecrets(
  options: Parameters<typeof secretsManagerHeldSecrets>[0],
): EgressSecrets {
  const held = secretsManagerHeldSecrets(options);
  return {
    current: (provider) => held.current(egressSecretName(provider), `third party ${provider}`),
    doubt: (provider) => {
      held.doubt(egressSecretName(provider));
    },
  };
}
