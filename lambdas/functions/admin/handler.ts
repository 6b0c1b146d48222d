import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoRegistrationTokenStore } from '../../adapters/dynamodb/registration-tokens.ts';
import { dynamoRegistryStore } from '../../adapters/dynamodb/registry-store.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { adminEndpoint } from './endpoint.ts';
import { adminEnvironment } from './environment.ts';

const environment = readEnvironment(adminEnvironment);
const registrationMode = v.picklist(['open', 'approval', 'initial_access_token', 'closed']);
const client = new DynamoDBClient(clientDefaults);

export const handler = lambdaHandler(
  adminEndpoint({
    store: dynamoRegistryStore({
      client,
      table: environment.REGISTRY_TABLE,
      grants: environment.GRANTS_TABLE,
    }),
    tokens: dynamoRegistrationTokenStore({ client, table: environment.REGISTRY_TABLE }),
    random: systemRandom,
    clock: systemClock,
    audit,
    context: {
      issuer: environment.ISSUER as Issuer,
      hosts: environment.RESOURCE_HOSTS === 'loopback' ? 'loopback' : 'public',
    },
    selfRegistration: {
      mode: v.parse(registrationMode, environment.REGISTRATION_MODE),
      unusedSeconds: Number(environment.UNUSED_HOURS) * 3_600,
    },
  }),
);
