import type { IdpId } from '../../runtime/identifiers.ts';
import type { Secret } from '../../runtime/secret.ts';
import { secretsManagerHeldSecrets } from './held-secrets.ts';

/** Our client secrets at identity providers. */
export function secretsManagerProviderSecrets(options: Parameters<typeof secretsManagerHeldSecrets>[0]): {
  readonly current: (idp: IdpId, name?: string) => Promise<Secret>;
  readonly doubt: (name: string) => void;
} {
  const held = secretsManagerHeldSecrets(options);
  return {
    current: (idp, name = idp) => held.current(name, `identity provider ${idp}`),
    doubt: held.doubt,
  };
}
