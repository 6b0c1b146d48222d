import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { clientDefaults } from '../../adapters/aws.ts';
import { userPoolRegistrations } from '../../adapters/cognito/user-pool-registrations.ts';
import { findClient } from '../../adapters/dynamodb/client-registrations.ts';
import { dynamoEnrolments } from '../../adapters/dynamodb/enrolments.ts';
import { dynamoEnrolledDocuments } from '../../adapters/dynamodb/kept-documents.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { kmsEnrolmentSeals } from '../../adapters/kms/enrolment-seals.ts';
import { secretsManagerBootstrap } from '../../adapters/secrets-manager/bootstrap-credentials.ts';
import { upstreamRegistrations } from '../../adapters/upstream/registration/upstream-registrations.ts';
import { sweptClients } from '../../oauth/enrolment/swept-clients.ts';
import type { EnrolmentAnswer } from '../../ports/enrolment-questions.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { answerQuestion, type AnswerPorts, sweepAll } from './answer.ts';
import { enrolmentEnvironment } from './environment.ts';
import { readEnrolmentEvent } from './event.ts';
import { readProxied } from './proxied.ts';
import { registrationsAt } from './registrations-at.ts';

const environment = readEnvironment(enrolmentEnvironment);
const proxied = readProxied(environment.PROXIED);
const issuer = environment.ISSUER as Issuer;
const client = new DynamoDBClient(clientDefaults);
const registry = { client, table: environment.REGISTRY_TABLE };

const ports: AnswerPorts = {
  identityProviders: dynamoRegistry({
    ...{ ...registry, clock: systemClock },
    idps: proxied.map(([id]) => id),
  }).identityProviders,
  quotas: new Map(proxied.map(([id, { quota }]) => [id, quota])),
  enrolments: dynamoEnrolments({ client, table: environment.VAULT_TABLE }),
  findClient: sweptClients({
    registered: async (id) => (await findClient(registry, id))?.client,
    documents: dynamoEnrolledDocuments(registry),
  }),
  seals: kmsEnrolmentSeals({
    client: new KMSClient(clientDefaults),
    keyArn: environment.VAULT_KEY,
    deployment: environment.DEPLOYMENT,
  }),
  upstream: registrationsAt({
    userPools: userPoolRegistrations({
      issuer,
      pools: new Map(proxied.flatMap(([id, { userPool }]) => (userPool ? [[id, userPool]] : []))),
    }),
    others: upstreamRegistrations({
      issuer,
      hosts: environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public',
      clock: systemClock,
      bootstrap: secretsManagerBootstrap({
        client: new SecretsManagerClient(clientDefaults),
        arns: new Map(proxied.flatMap(([id, { secret }]) => (secret === undefined ? [] : [[id, secret]]))),
      }),
    }),
  }),
  audit,
  random: systemRandom,
  clock: systemClock,
  pause: (milliseconds) => setTimeout(milliseconds),
};

export async function handler(input: unknown, context: Context): Promise<EnrolmentAnswer | undefined> {
  const event = readEnrolmentEvent(input);
  if (event !== 'sweep') return answerQuestion(ports, event, context.awsRequestId);
  await sweepAll(ports, context.awsRequestId);
  return undefined;
}
