import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LocalRun } from '../run.ts';

/** The secret that the deployment has made for a client of its config, as it is now. Rejects where there is none. */
export async function clientSecretOf({ cloud, resources }: LocalRun, clientId: string): Promise<string> {
  const client = resources.find(({ physicalId }) => physicalId === `client/${clientId}`);
  const arn = client?.properties['SecretArn'];
  if (typeof arn !== 'string') throw new Error(`the deployment made no secret for ${clientId}`);
  const secrets = new SecretsManagerClient({
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: cloud.operator,
  });
  try {
    const { SecretString: text = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }));
    return (JSON.parse(text) as { readonly client_secret: string }).client_secret;
  } finally {
    secrets.destroy();
  }
}
