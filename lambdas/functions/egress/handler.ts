import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoConnections } from '../../adapters/dynamodb/connections.ts';
import { dynamoOpaqueTokens } from '../../adapters/dynamodb/opaque-tokens.ts';
import { dynamoProofMarks } from '../../adapters/dynamodb/proof-marks.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { dynamoTokenStandings } from '../../adapters/dynamodb/token-standings.ts';
import { kmsConnectionSeals } from '../../adapters/kms/connection-seals.ts';
import { connectingDefaults, lambdaConnecting } from '../../adapters/lambda/connections.ts';
import { secretsManagerConnectionSeals } from '../../adapters/secrets-manager/connection-secrets.ts';
import { secretsManagerNonces } from '../../adapters/secrets-manager/nonces.ts';
import { guardedThirdPartyCalls } from '../../adapters/upstream/third-party-calls.ts';
import { eitherSeals } from '../../egress/either-seals.ts';
import { largestBody } from '../../egress/proxy/asked-call.ts';
import { egressCalls } from '../../egress/proxy/egress-call.ts';
import { ownAnswer } from '../../http/egress-answers.ts';
import { egressHttpEndpoint } from '../../http/egress-endpoint.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { judgeCaller } from '../../oauth/egress-calls/judge-caller.ts';
import { callerLimits } from '../../oauth/limits/caller-limits.ts';
import { mutualTlsIn } from '../../oauth/metadata/endpoints.ts';
import { readDocumentPolicy } from '../../oauth/registration/document-trust.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { EgressProviderId, Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { egressEnvironment } from './environment.ts';

const environment = readEnvironment(egressEnvironment);
const issuer = environment.ISSUER as Issuer;
const client = new DynamoDBClient(clientDefaults);
const [registryTable, grantsTable] = [environment.REGISTRY_TABLE, environment.GRANTS_TABLE];
const { keyRings, egressProviders } = dynamoRegistry({
  ...{ client, table: registryTable, clock: systemClock },
  ...{ needsKeyRing: true, egress: JSON.parse(environment.EGRESS_PROVIDERS) as EgressProviderId[] },
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

const sealing = { keyArn: environment.VAULT_KEY, deployment: environment.DEPLOYMENT };
const item = kmsConnectionSeals({ client: new KMSClient(clientDefaults), ...sealing });
const inSecrets = () =>
  secretsManagerConnectionSeals({ client: new SecretsManagerClient(clientDefaults), ...sealing });

const begin = egressCalls({
  ...{ issuer, audit, clock: systemClock, providers: egressProviders },
  connections: dynamoConnections({ client, table: environment.VAULT_TABLE }),
  seals:
    environment.CONNECTION_VAULT === 'secrets-manager'
      ? eitherSeals({ item, secret: inSecrets() }, 'secret')
      : item,
  connecting: lambdaConnecting({
    client: new LambdaClient(connectingDefaults),
    functionName: environment.CONNECTIONS_FUNCTION,
  }),
  begin: guardedThirdPartyCalls({
    hosts: environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public',
    ...{ maximumBytes: largestBody, timeLimitMilliseconds: 25_000 },
  }),
});

export const handler = lambdaHandler(egressHttpEndpoint({ issuer, judge, begin, audit }, systemClock), {
  // One byte more is refused where it can be told from what the third party refuses.
  maximumBodyBytes: 2 * largestBody,
  onFailure: (answer) => ownAnswer(answer, errorIn(answer.body)),
});

function errorIn(body: string): string {
  return (JSON.parse(body) as { readonly error: string }).error;
}
