import type { KMSClient } from '@aws-sdk/client-kms';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { kmsConnectionSeals } from '../../adapters/kms/connection-seals.ts';
import { secretsManagerConnectionSeals } from '../../adapters/secrets-manager/connection-secrets.ts';
import { eitherSeals } from '../../egress/either-seals.ts';
import type { ConnectionSeals } from '../../ports/connections.ts';
import type { ConnectionsEnvironment } from './environment.ts';

/** Keeps what third parties give where the config says, and opens it where it is. */
export function connectionSeals(
  { CONNECTION_VAULT, VAULT_KEY: keyArn, DEPLOYMENT: deployment }: ConnectionsEnvironment,
  clients: { readonly kms: KMSClient; readonly secretsManager: SecretsManagerClient },
): ConnectionSeals {
  const item = kmsConnectionSeals({ client: clients.kms, keyArn, deployment });
  if (CONNECTION_VAULT !== 'secrets-manager') return item;
  const secret = secretsManagerConnectionSeals({ client: clients.secretsManager, keyArn, deployment });
  return eitherSeals({ item, secret }, 'secret');
}
