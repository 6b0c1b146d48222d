import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoAssertionReplay } from '../../adapters/dynamodb/assertion-replay.ts';
import { dynamoGrants } from '../../adapters/dynamodb/grants.ts';
import { dynamoOpaqueTokens } from '../../adapters/dynamodb/opaque-tokens.ts';
import { dynamoProofMarks } from '../../adapters/dynamodb/proof-marks.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoRevocations } from '../../adapters/dynamodb/revocations.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { dynamoTokenStandings } from '../../adapters/dynamodb/token-standings.ts';
import { dynamoWrappedKeys } from '../../adapters/dynamodb/wrapped-keys.ts';
import { deploymentSigner } from '../../adapters/kms/deployment-signer.ts';
import { standingDefaults, downstreamStandings } from '../../adapters/lambda/downstream.ts';
import { guardedCallerIdentities } from '../../adapters/upstream/caller-identities.ts';
import { guardedDocuments } from '../../adapters/upstream/documents.ts';
import { introspectionHttpEndpoint } from '../../http/introspection-endpoint.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { revocationHttpEndpoint } from '../../http/revocation-endpoint.ts';
import { route, routes } from '../../http/routes.ts';
import { userinfoHttpEndpoint } from '../../http/userinfo-endpoint.ts';
import { clientAuthentication } from '../../oauth/client-authentication/authenticate-client.ts';
import { clientKeys } from '../../oauth/client-authentication/client-keys.ts';
import { introspectionEndpoint } from '../../oauth/introspection/introspection-endpoint.ts';
import { callerLimits } from '../../oauth/limits/caller-limits.ts';
import { endpointsOf, mutualTlsIn } from '../../oauth/metadata/endpoints.ts';
import { revocationEndpoint } from '../../oauth/revocation/revocation-endpoint.ts';
import { largestDocument, readDocumentPolicy } from '../../oauth/registration/document-trust.ts';
import { withMetadataDocuments } from '../../oauth/registration/known-clients.ts';
import { userinfoEndpoint } from '../../oauth/userinfo/userinfo-endpoint.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { introspectionEnvironment } from './environment.ts';

const environment = readEnvironment(introspectionEnvironment);
const issuer = environment.ISSUER as Issuer;
const client = new DynamoDBClient(clientDefaults);
const [registryTable, grantsTable] = [environment.REGISTRY_TABLE, environment.GRANTS_TABLE];
const policy = readDocumentPolicy(environment.CLIENT_DOCUMENTS);
const { registry: registered, keyRings } = dynamoRegistry({
  client,
  table: registryTable,
  clock: systemClock,
  needsKeyRing: true,
  clientDocuments: policy !== undefined,
});
const hosts = environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public';
const documents = guardedDocuments({ hosts, maximumBytes: 65_536 });
// Nobody makes this function fetch what no person has been asked about: nothing is kept here.
const registry = withMetadataDocuments(registered, {
  policy,
  documents: guardedDocuments({ hosts, maximumBytes: largestDocument }),
  hosts,
  clock: systemClock,
});

const ports = {
  issuer,
  ...mutualTlsIn(environment),
  authenticateClient: clientAuthentication({
    registry,
    keys: clientKeys(documents),
    audiences: { issuer, tokenEndpoint: endpointsOf(issuer).token },
    issuerHosts: hosts,
    callers: environment.AWS_CALLER_IDENTITY === 'accepted' ? guardedCallerIdentities({ hosts }) : undefined,
  }),
  limits: callerLimits(
    { client: environment.CLIENT_LIMIT, address: environment.ADDRESS_LIMIT },
    { buckets: dynamoSharedBuckets({ client, table: grantsTable }), random: systemRandom },
  ),
  keyRings,
  opaque: dynamoOpaqueTokens({ client, table: grantsTable }),
  replay: dynamoAssertionReplay({ client, table: grantsTable }),
  proofs: dynamoProofMarks({ client, table: grantsTable }),
  random: systemRandom,
  audit,
  documentPolicy: policy,
};

const standings = dynamoTokenStandings({ client, registry: registryTable, grants: grantsTable });
const introspect = introspectionEndpoint({
  ...ports,
  signer: deploymentSigner({
    client: new KMSClient(clientDefaults),
    wrappedKeys: dynamoWrappedKeys({ client, table: registryTable }),
    wrappingKey: { keyArn: environment.WRAPPING_KEY, deployment: environment.DEPLOYMENT },
    audit,
  }),
  standings,
});
const revoke = revocationEndpoint({
  ...ports,
  revocations: dynamoRevocations({ client, table: grantsTable }),
  people: environment.DOWNSTREAM_FUNCTION === 'none' ? undefined : peoplePorts(),
});

function peoplePorts() {
  const functionName = environment.DOWNSTREAM_FUNCTION;
  return {
    grants: dynamoGrants({ client, table: grantsTable }),
    standings: downstreamStandings({ client: new LambdaClient(standingDefaults), functionName }),
  };
}

export const handler = lambdaHandler(
  routes([
    route('/introspect', introspectionHttpEndpoint(introspect, systemClock)),
    route('/revoke', revocationHttpEndpoint(revoke, systemClock)),
    route('/userinfo', userinfoHttpEndpoint(userinfoEndpoint({ ...ports, standings }), systemClock)),
  ]),
  { cors: true },
);
