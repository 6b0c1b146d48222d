import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import type { Endpoints } from './endpoints.ts';
import { Surprise } from './report.ts';

const secretSchema = v.pipe(v.string(), v.parseJson(), v.object({ client_secret: v.string() }));

/** The secret of a client of the config, from Secrets Manager as its operator would read it. */
export async function clientSecret({ aws, clients }: Endpoints, clientId: string): Promise<string> {
  const arn = clients.find((client) => client.client_id === clientId)?.secret_arn;
  if (arn === undefined) throw new Surprise(`the local run has no client ${clientId} with a secret`);
  const manager = new SecretsManagerClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: { accessKeyId: aws.access_key_id, secretAccessKey: aws.secret_access_key },
  });
  try {
    const { SecretString } = await manager.send(new GetSecretValueCommand({ SecretId: arn }));
    return v.parse(secretSchema, SecretString).client_secret;
  } finally {
    manager.destroy();
  }
}
