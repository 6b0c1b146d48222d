import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoKeptDocuments } from '../../adapters/dynamodb/kept-documents.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { guardedDocuments } from '../../adapters/upstream/documents.ts';
import { authorizationHttpEndpoint } from '../../http/authorization-endpoint.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { authorizationEndpoint } from '../../oauth/authorization/authorization-endpoint.ts';
import { addressLimit } from '../../oauth/limits/caller-limits.ts';
import { largestDocument, readDocumentPolicy } from '../../oauth/registration/document-trust.ts';
import { withMetadataDocuments } from '../../oauth/registration/known-clients.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import { systemRandom } from '../../runtime/random.ts';
import { authorizationEnvironment } from './environment.ts';

const environment = readEnvironment(authorizationEnvironment);
const client = new DynamoDBClient(clientDefaults);
const table = environment.REGISTRY_TABLE;
const policy = readDocumentPolicy(environment.CLIENT_DOCUMENTS);
const { registry: registered } = dynamoRegistry({
  client,
  table,
  clock: systemClock,
  clientDocuments: policy !== undefined,
});
const hosts = environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public';
const registry = withMetadataDocuments(registered, {
  policy,
  documents: guardedDocuments({ hosts, maximumBytes: largestDocument }),
  hosts,
  kept: dynamoKeptDocuments({ client, table }),
  clock: systemClock,
});
const limit = addressLimit(environment.ADDRESS_LIMIT, {
  buckets: dynamoSharedBuckets({ client, table: environment.GRANTS_TABLE }),
  random: systemRandom,
});

export const handler = lambdaHandler(
  authorizationHttpEndpoint(authorizationEndpoint({ registry, limit, audit }), systemClock),
);
