import {
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SealSecretStore } from '../../ports/seals.ts';
import { instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import { calling } from '../aws.ts';

export function secretsManagerSealSecretStore({
  client,
  secretArn: SecretId,
}: {
  readonly client: SecretsManagerClient;
  readonly secretArn: string;
}): SealSecretStore {
  return {
    current: async () => {
      // The versions that bear a stage, two at most.
      const { Versions: versions = [] } = await calling('Secrets Manager', () =>
        client.send(new ListSecretVersionIdsCommand({ SecretId })),
      );
      const current = versions.find(({ VersionStages: stages = [] }) => stages.includes('AWSCURRENT'));
      const { VersionId: id, CreatedDate: created } = current ?? {};
      if (id === undefined || created === undefined) throw new Error(`${SecretId} has no current version`);
      return { id, createdAt: instant(Math.floor(created.getTime() / 1000)) };
    },
    replace: (id, value) =>
      calling('Secrets Manager', async () => {
        try {
          // Each version has one successor, whoever makes it: with the same token another value is refused.
          const ClientRequestToken = sha256(`seal|${id}`);
          const SecretString = value.reveal();
          await client.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }));
          return true;
        } catch (error) {
          if (error instanceof ResourceExistsException) return false;
          throw error;
        }
      }),
  };
}
