import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoEnrolments } from '../../adapters/dynamodb/enrolments.ts';
import { dynamoMachineTokens } from '../../adapters/dynamodb/machine-tokens.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoVault } from '../../adapters/dynamodb/vault.ts';
import { kmsAssertionSigner } from '../../adapters/kms/assertion-signer.ts';
import { kmsOwnProofs } from '../../adapters/kms/enrolment-seals.ts';
import { kmsMachineTokenSeals } from '../../adapters/kms/machine-token-seals.ts';
import { kmsVaultSeals } from '../../adapters/kms/vault-seals.ts';
import { secretsManagerProviderSecrets } from '../../adapters/secrets-manager/provider-secrets.ts';
import { openIdProviders } from '../../adapters/upstream/openid-providers.ts';
import { providerLook } from '../../adapters/upstream/provider-look.ts';
import { asOwnClient } from '../../oauth/enrolment/as-client.ts';
import type { DownstreamAnswer } from '../../ports/downstream.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { answerQuestion, type DownstreamPorts } from './answer.ts';
import { downstreamEnvironment } from './environment.ts';
import { readQuestion } from './question.ts';

const environment = readEnvironment(downstreamEnvironment);
const secrets = new Map(
  Object.entries(JSON.parse(environment.IDP_SECRETS) as Readonly<Record<string, string>>),
);
const kms = new KMSClient(clientDefaults);
const dynamo = new DynamoDBClient(clientDefaults);
const { identityProviders, apis } = dynamoRegistry({
  client: dynamo,
  table: environment.REGISTRY_TABLE,
  clock: systemClock,
  idps: JSON.parse(environment.IDPS) as IdpId[],
});

const issuer = environment.ISSUER as Issuer;
const hosts = environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public';

const sealing = {
  client: kms,
  keyArn: environment.VAULT_KEY,
  deployment: environment.DEPLOYMENT,
};
const signer = kmsAssertionSigner({ client: kms });

const ports: DownstreamPorts = {
  ...{ signer, apis, identityProviders, issuer, look: providerLook(hosts) },
  upstream: openIdProviders({
    ...{ issuer, hosts, random: systemRandom, clock: systemClock },
    signer,
    secrets: secretsManagerProviderSecrets({
      client: new SecretsManagerClient(clientDefaults),
      arns: secrets,
      clock: systemClock,
    }),
  }),
  seals: kmsVaultSeals(sealing),
  asClient: asOwnClient({
    enrolments: dynamoEnrolments({ client: dynamo, table: environment.VAULT_TABLE }),
    proofs: kmsOwnProofs(sealing),
  }),
  machineSeals: kmsMachineTokenSeals(sealing),
  machineTokens: dynamoMachineTokens({ client: dynamo, table: environment.VAULT_TABLE }),
  vault: dynamoVault({ client: dynamo, table: environment.VAULT_TABLE }),
  clock: systemClock,
  random: systemRandom,
  pause: (milliseconds) => setTimeout(milliseconds),
};

export function handler(event: unknown): Promise<DownstreamAnswer> {
  return answerQuestion(ports, readQuestion(event));
}
