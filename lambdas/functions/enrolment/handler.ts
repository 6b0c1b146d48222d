import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { clientDefaults } from '../../adapters/aws.ts';
import { findClient } from '../../adapters/dynamodb/client-registrations.ts';
import { dynamoEnrolments } from '../../adapters/dynamodb/enrolments.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { kmsEnrolmentSeals } from '../../adapters/kms/enrolment-seals.ts';
import { secretsManagerBootstrap } from '../../adapters/secrets-manager/bootstrap-credentials.ts';
import { upstreamRegistrations } from '../../adapters/upstream/registration/upstream-registrations.ts';
import type { EnrolmentAnswer } from '../../ports/enrolment-questions.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { answerQuestion, type AnswerPorts, sweepAll } from './answer.ts';
import { enrolmentEnvironment } from './environment.ts';
import { readEnrolmentEvent } from './event.ts';

const environment = readEnvironment(enrolmentEnvironment);
const proxied = Object.entries(
  v.parse(
    v.record(v.string(), v.object({ secret: v.string(), quota: v.number() })),
    JSON.parse(environment.PROXIED),
  ),
) as [IdpId, { readonly secret: string; readonly quota: number }][];
const client = new DynamoDBClient(clientDefaults);
const registry = { client, table: environment.REGISTRY_TABLE };

const ports: AnswerPorts = {
  identityProviders: dynamoRegistry({
    ...{ ...registry, clock: systemClock },
    idps: proxied.map(([id]) => id),
  }).identityProviders,
  quotas: new Map(proxied.map(([id, { quota }]) => [id, quota])),
  enrolments: dynamoEnrolments({ client, table: environment.VAULT_TABLE }),
  findClient: async (id) => (await findClient(registry, id))?.client,
  seals: kmsEnrolmentSeals({
    client: new KMSClient(clientDefaults),
    keyArn: environment.VAULT_KEY,
    deployment: environment.DEPLOYMENT,
  }),
  upstream: upstreamRegistrations({
    issuer: environment.ISSUER as Issuer,
    hosts: environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public',
    clock: systemClock,
    bootstrap: secretsManagerBootstrap({
      client: new SecretsManagerClient(clientDefaults),
      arns: new Map(proxied.map(([id, { secret }]) => [id, secret])),
    }),
  }),
  audit,
  clock: systemClock,
  pause: (milliseconds) => setTimeout(milliseconds),
};

export async function handler(input: unknown, context: Context): Promise<EnrolmentAnswer | undefined> {
  const event = readEnrolmentEvent(input);
  if (event !== 'sweep') return answerQuestion(ports, event);
  await sweepAll(ports, context.awsRequestId);
  return undefined;
}
