import { randomUUID } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LocalRun } from '../run.ts';

/**
 * The client secret that the deployment has for an identity provider. Elsewhere the provider makes it and an operator puts
 * it into the deployment; here it goes the other way round. Where the config has no such provider, it is
 * one that nobody else knows.
 */
export async function federationSecret({ cloud, outputs }: LocalRun, idp = 'demo'): Promise<string> {
  const name = Object.keys(outputs).find((output) => output.includes(`IdpSecret${idp}Arn`));
  if (name === undefined) return randomUUID();
  const client = new SecretsManagerClient({
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: cloud.operator,
  });
  try {
    const { SecretString: text = '{}' } = await client.send(
      new GetSecretValueCommand({ SecretId: outputs[name] }),
    );
    const { client_secret: secret } = JSON.parse(text) as { readonly client_secret?: string };
    if (secret === undefined) throw new Error(`the deployment has no secret for identity provider ${idp}`);
    return secret;
  } finally {
    client.destroy();
  }
}
