import type { Construct } from 'constructs';
import type { Signing } from '../config/signing.ts';
import type { RegistryTable } from './registry-table.ts';
import type { Retention } from './retention.ts';
import type { SigningCustody } from './signing-custody.ts';
import { SigningKeys } from './signing-keys.ts';
import { WrappedSigningKeys } from './wrapped-signing-keys.ts';

/** The custody of signing keys that a config asks for. */
export function keepSigningKeys(
  scope: Construct,
  { mode, algorithm }: Signing,
  registry: RegistryTable,
  retention: Retention,
): SigningCustody {
  if (mode === 'kms') return new SigningKeys(scope, 'SigningKeys');
  return new WrappedSigningKeys(scope, 'SigningKeys', { algorithm, registry, retention });
}
