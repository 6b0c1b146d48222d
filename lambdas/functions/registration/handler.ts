import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoClientRegistrations } from '../../adapters/dynamodb/client-registrations.ts';
import { dynamoRegistrationTokens } from '../../adapters/dynamodb/registration-tokens.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { enrollingDefaults, lambdaEnrolling } from '../../adapters/lambda/enrolling.ts';
import { guardedDocuments } from '../../adapters/upstream/documents.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { registrationHttpEndpoint } from '../../http/registration-endpoint.ts';
import { clientKeys } from '../../oauth/client-authentication/client-keys.ts';
import { addressLimit } from '../../oauth/limits/caller-limits.ts';
import { endpointsOf } from '../../oauth/metadata/endpoints.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { registrationEnvironment } from './environment.ts';

const environment = readEnvironment(registrationEnvironment);
const { registration: endpoint } = endpointsOf(environment.ISSUER as Issuer);
const hosts = environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public';
const client = new DynamoDBClient(clientDefaults);

const statementIssuers = v.array(v.object({ issuer: v.string(), jwksUri: v.string() }));

export const handler = lambdaHandler(
  registrationHttpEndpoint({
    clients: dynamoClientRegistrations({
      client,
      table: environment.REGISTRY_TABLE,
      grants: environment.GRANTS_TABLE,
    }),
    tokens: dynamoRegistrationTokens({ client, table: environment.REGISTRY_TABLE }),
    statements: {
      issuers: v.parse(statementIssuers, JSON.parse(environment.SOFTWARE_STATEMENT_ISSUERS)),
      // Of a failure nothing is kept: the hosts are of the config, and a person may wait for the client.
      keys: clientKeys(guardedDocuments({ hosts, maximumBytes: 65_536 }), { failureCoolDown: 0 }),
      audiences: [environment.ISSUER, endpoint],
    },
    enrolling: lambdaEnrolling({
      client: new LambdaClient(enrollingDefaults),
      functionName: environment.ENROLMENT_FUNCTION,
      idps: v.parse(v.array(v.string()), JSON.parse(environment.PROXIED_IDPS)) as IdpId[],
    }),
    policy: {
      mode: v.parse(v.picklist(['open', 'approval', 'initial_access_token']), environment.REGISTRATION_MODE),
      mutualTls: environment.MUTUAL_TLS !== 'none',
      customRedirectUris: v.parse(v.array(v.string()), JSON.parse(environment.CUSTOM_REDIRECT_URIS)),
      unusedSeconds: Number(environment.UNUSED_HOURS) * 3_600,
    },
    limit: addressLimit(
      environment.REGISTRATION_LIMIT,
      {
        buckets: dynamoSharedBuckets({ client, table: environment.GRANTS_TABLE }),
        random: systemRandom,
      },
      'registration',
    ),
    random: systemRandom,
    endpoint,
    clock: systemClock,
    audit,
  }),
  { cors: true },
);
