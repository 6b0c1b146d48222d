import { randomUUID } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LocalRun } from '../run.ts';

/**
 * The client secret that the deployment has for an identity provider. Elsewhere the provider makes it and an operator puts
 * it into the deployment; here it goes the other way round. Where the config has no such provider, it is
 * one that nobody else knows.
 */
export function federationSecret(run: LocalRun, idp = 'demo'): Promise<string> {
  return secretNamed(run, `IdpSecret${idp}`);
}

/** The same of the client by which a downstream API is exchanged for, where that is another one. */
export function exchangeSecret(run: LocalRun, api: string): Promise<string> {
  return secretNamed(run, `ApiSecret${api}`);
}

/** The same of the client that the deployment is at a third party. */
export function egressSecret(run: LocalRun, provider: string): Promise<string> {
  return secretNamed(run, `EgressSecret${provider}`);
}

async function secretNamed({ cloud, outputs }: LocalRun, id: string): Promise<string> {
  const name = Object.keys(outputs).find((output) => output.includes(`${id}Arn`));
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
    if (secret === undefined) throw new Error(`the deployment has no secret of the name ${id}`);
    return secret;
  } finally {
    client.destroy();
  }
}
