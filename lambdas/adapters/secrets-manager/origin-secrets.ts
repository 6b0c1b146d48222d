import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { OriginSecrets } from '../../ports/origin-secrets.ts';
import { Secret } from '../../runtime/secret.ts';
import { calling } from '../aws.ts';

/** 43 of 64 characters are 256 bits. */
const shortest = 43;

/** Reads origin secrets: the whole value, of at least 43 characters. */
export function secretsManagerOriginSecrets({
  client,
}: {
  readonly client: SecretsManagerClient;
}): OriginSecrets {
  return {
    current: async (secretArn) => {
      const { SecretString: value = '' } = await calling('Secrets Manager', () =>
        client.send(new GetSecretValueCommand({ SecretId: secretArn })),
      );
      if (value.length < shortest) throw new Error(`${secretArn} is too short for an origin secret`);
      return new Secret(value);
    },
  };
}
