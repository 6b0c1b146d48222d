import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoConnections } from '../../adapters/dynamodb/connections.ts';
import { dynamoDueConnections } from '../../adapters/dynamodb/due-connections.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { kmsAssertionSigner } from '../../adapters/kms/assertion-signer.ts';
import { secretsManagerEgressSecrets } from '../../adapters/secrets-manager/egress-secrets.ts';
import { egressProviders } from '../../adapters/upstream/egress-provider.ts';
import type { SweepPorts } from '../../egress/sweep-due.ts';
import type { ConnectionAnswer } from '../../ports/connecting.ts';
import { after, systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { EgressProviderId } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { answerQuestion } from './answer.ts';
import { connectionsEnvironment } from './environment.ts';
import { readQuestion } from './question.ts';
import { connectionSeals } from './seals.ts';

const environment = readEnvironment(connectionsEnvironment);
const dynamo = new DynamoDBClient(clientDefaults);
const kms = new KMSClient(clientDefaults);
const secretsManager = new SecretsManagerClient(clientDefaults);
const { egressProviders: providers } = dynamoRegistry({
  client: dynamo,
  table: environment.REGISTRY_TABLE,
  clock: systemClock,
  egress: JSON.parse(environment.EGRESS_PROVIDERS) as EgressProviderId[],
});
const arns = new Map(
  Object.entries(JSON.parse(environment.EGRESS_SECRETS) as Readonly<Record<string, string>>),
);

const ports: SweepPorts = {
  providers,
  connections: dynamoConnections({ client: dynamo, table: environment.VAULT_TABLE }),
  due: dynamoDueConnections({ client: dynamo, table: environment.VAULT_TABLE }),
  seals: connectionSeals(environment, { kms, secretsManager }),
  ask: egressProviders(environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public'),
  secrets: secretsManagerEgressSecrets({
    ...{ client: secretsManager, arns, clock: systemClock },
  }),
  signer: kmsAssertionSigner({ client: kms }),
  ...{ clock: systemClock, random: systemRandom, audit },
  pause: (milliseconds) => setTimeout(milliseconds),
};

/** Kept back of the time limit for what was begun: a third party is asked twice at most, four seconds each. */
const lastWorkSeconds = 15;
const sweepSeconds = Number(environment.TIME_LIMIT) - lastWorkSeconds;

export function handler(event: unknown, { awsRequestId: requestId }: Context): Promise<ConnectionAnswer> {
  const until = after(systemClock(), sweepSeconds);
  return answerQuestion(ports, readQuestion(event), { requestId, until });
}
