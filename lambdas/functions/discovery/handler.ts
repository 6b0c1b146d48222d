import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { discoveryEndpoint } from '../../http/discovery-endpoint.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { mutualTlsIn } from '../../oauth/metadata/endpoints.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { discoveryEnvironment } from './environment.ts';

const environment = readEnvironment(discoveryEnvironment);
const { resources, keyRings, identityProviders } = dynamoRegistry({
  client: new DynamoDBClient(clientDefaults),
  table: environment.REGISTRY_TABLE,
  clock: systemClock,
  // Without any, nothing is read along.
  idps: JSON.parse(environment.KEYED_IDPS) as IdpId[],
});

export const handler = lambdaHandler(
  discoveryEndpoint({
    issuer: environment.ISSUER as Issuer,
    signingAlgorithm: environment.SIGNING_ALGORITHM,
    people: environment.PEOPLE === 'yes',
    ...mutualTlsIn(environment),
    registration: environment.REGISTRATION === 'open',
    assertions: JSON.parse(environment.ASSERTIONS) as string[],
    assertsIdentities: environment.IDENTITY_ASSERTIONS === 'yes',
    tasks: environment.TASKS === 'yes',
    detailedProviders: JSON.parse(environment.DETAILED_PROVIDERS) as string[],
    resources,
    keyRings,
    identityProviders,
    clock: systemClock,
  }),
  { cors: true },
);
