import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { authorizationHttpEndpoint } from '../../http/authorization-endpoint.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { authorizationEndpoint } from '../../oauth/authorization/authorization-endpoint.ts';
import { addressLimit } from '../../oauth/limits/caller-limits.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import { systemRandom } from '../../runtime/random.ts';
import { noSignInEnvironment } from './environment.ts';

const environment = readEnvironment(noSignInEnvironment);
const client = new DynamoDBClient(clientDefaults);
const { registry } = dynamoRegistry({ client, table: environment.REGISTRY_TABLE, clock: systemClock });
const limit = addressLimit(environment.ADDRESS_LIMIT, {
  buckets: dynamoSharedBuckets({ client, table: environment.GRANTS_TABLE }),
  random: systemRandom,
});

export const handler = lambdaHandler(
  authorizationHttpEndpoint(authorizationEndpoint({ registry, limit, audit }), systemClock),
);
