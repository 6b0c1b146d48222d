import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { authorizationHttpEndpoint } from '../../http/authorization-endpoint.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { authorizationEndpoint } from '../../oauth/authorization/authorization-endpoint.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import { authorizationEnvironment } from './environment.ts';

const environment = readEnvironment(authorizationEnvironment);
const { registry } = dynamoRegistry({
  client: new DynamoDBClient(clientDefaults),
  table: environment.REGISTRY_TABLE,
  clock: systemClock,
});

export const handler = lambdaHandler(authorizationHttpEndpoint(authorizationEndpoint({ registry, audit })));
