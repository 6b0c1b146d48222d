import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientDefaults } from '../../adapters/aws.ts';
import { secretsManagerClientSecrets } from '../../adapters/secrets-manager/client-secrets.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { canaryEnvironment } from './environment.ts';
import { checkIssuer } from './checks.ts';

const environment = readEnvironment(canaryEnvironment);
const secrets = secretsManagerClientSecrets({ client: new SecretsManagerClient(clientDefaults) });

/** What CloudWatch Synthetics runs: a run that throws has failed, and its message is shown with the run. */
export async function handler(): Promise<void> {
  const { ISSUER: issuer, RESOURCE: resource, CLIENT_ID: clientId, CLIENT_SECRET_ARN: arn } = environment;
  await checkIssuer({ issuer, resource, clientId, secret: await secrets.current(arn, clientId) });
}
