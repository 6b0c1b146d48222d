import { VaultTable } from '../constructs/vault-table.ts';
import { type DeploymentParts, hasEgress, hasPeople } from './deployment-parts.ts';

/** Where refresh tokens and connections are kept; undefined where there are none to keep. */
export function vaultOf({
  scope,
  config,
  retention,
}: Pick<DeploymentParts, 'scope' | 'config' | 'retention'>): VaultTable | undefined {
  return hasPeople(config) || hasEgress(config) ? new VaultTable(scope, 'Vault', retention) : undefined;
}
