import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoOpaqueTokens } from '../../adapters/dynamodb/opaque-tokens.ts';
import { dynamoProofMarks } from '../../adapters/dynamodb/proof-marks.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { dynamoTokenStandings } from '../../adapters/dynamodb/token-standings.ts';
import { secretsManagerNonces } from '../../adapters/secrets-manager/nonces.ts';
import { egressHttpEndpoint } from '../../http/egress-endpoint.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { judgeCaller } from '../../oauth/egress-calls/judge-caller.ts';
import { callerLimits } from '../../oauth/limits/caller-limits.ts';
import { mutualTlsIn } from '../../oauth/metadata/endpoints.ts';
import { readDocumentPolicy } from '../../oauth/registration/document-trust.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { egressEnvironment } from './environment.ts';

const environment = readEnvironment(egressEnvironment);
const issuer = environment.ISSUER as Issuer;
const client = new DynamoDBClient(clientDefaults);
const [registryTable, grantsTable] = [environment.REGISTRY_TABLE, environment.GRANTS_TABLE];
const { keyRings } = dynamoRegistry({
  ...{ client, table: registryTable, clock: systemClock },
  needsKeyRing: true,
});

const judge = judgeCaller({
  ...{ issuer, keyRings, ...mutualTlsIn(environment), random: systemRandom },
  opaque: dynamoOpaqueTokens({ client, table: grantsTable }),
  standings: dynamoTokenStandings({ client, registry: registryTable, grants: grantsTable }),
  documentPolicy: readDocumentPolicy(environment.CLIENT_DOCUMENTS),
  nonces: secretsManagerNonces(environment.NONCE_SECRET, { clock: systemClock, random: systemRandom }),
  proofs: dynamoProofMarks({ client, table: grantsTable }),
  limits: callerLimits(
    { client: environment.CLIENT_LIMIT, address: environment.ADDRESS_LIMIT },
    { buckets: dynamoSharedBuckets({ client, table: grantsTable }), random: systemRandom },
  ),
});

export const handler = lambdaHandler(egressHttpEndpoint({ issuer, judge, audit }, systemClock));
