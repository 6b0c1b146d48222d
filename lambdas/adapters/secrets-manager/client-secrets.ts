import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import type { ClientSecrets } from '../../ports/client-secrets.ts';
import { Secret } from '../../runtime/secret.ts';
import { calling } from '../aws.ts';

const storedSecret = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ client_id: v.string(), client_secret: v.pipe(v.string(), v.minLength(43)) }),
);

/** Reads client secrets of the form `{"client_id": …, "client_secret": …}`, of at least 43 characters. */
export function secretsManagerClientSecrets({
  client,
}: {
  readonly client: SecretsManagerClient;
}): ClientSecrets {
  return {
    current: async (secretArn, clientId) => {
      const { SecretString } = await calling('Secrets Manager', () =>
        client.send(new GetSecretValueCommand({ SecretId: secretArn })),
      );
      const parsed = v.safeParse(storedSecret, SecretString);
      if (!parsed.success || parsed.output.client_id !== clientId) {
        throw new Error(`${secretArn} does not hold the secret of client ${clientId}`);
      }
      return new Secret(parsed.output.client_secret);
    },
  };
}
