import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoEnds } from '../../adapters/dynamodb/ends.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoWrappedKeys } from '../../adapters/dynamodb/wrapped-keys.ts';
import { deploymentSigner } from '../../adapters/kms/deployment-signer.ts';
import { endsHttpEndpoint } from '../../http/ends-endpoint.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { feedOfEnds } from '../../oauth/ends/feed.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { endsEnvironment } from './environment.ts';

const environment = readEnvironment(endsEnvironment);
const client = new DynamoDBClient(clientDefaults);
const { keyRings } = dynamoRegistry({ client, table: environment.REGISTRY_TABLE, clock: systemClock });

const current = feedOfEnds({
  issuer: environment.ISSUER as Issuer,
  ends: dynamoEnds({ client, table: environment.GRANTS_TABLE }),
  keyRings,
  signer: deploymentSigner({
    client: new KMSClient(clientDefaults),
    wrappedKeys: dynamoWrappedKeys({ client, table: environment.REGISTRY_TABLE }),
    wrappingKey: { keyArn: environment.WRAPPING_KEY, deployment: environment.DEPLOYMENT },
    audit,
  }),
});

export const handler = lambdaHandler(endsHttpEndpoint(current, systemClock), { cors: true });
