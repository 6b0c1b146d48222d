import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoAssertionReplay } from '../../adapters/dynamodb/assertion-replay.ts';
import { dynamoDevices } from '../../adapters/dynamodb/devices.ts';
import { dynamoGrants } from '../../adapters/dynamodb/grants.ts';
import { dynamoKeptKeySets } from '../../adapters/dynamodb/kept-key-sets.ts';
import { dynamoOpaqueTokens } from '../../adapters/dynamodb/opaque-tokens.ts';
import { dynamoPersonEnds } from '../../adapters/dynamodb/person-ends.ts';
import { dynamoProofMarks } from '../../adapters/dynamodb/proof-marks.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { dynamoTokenStandings } from '../../adapters/dynamodb/token-standings.ts';
import { dynamoWrappedKeys } from '../../adapters/dynamodb/wrapped-keys.ts';
import { deploymentSigner } from '../../adapters/kms/deployment-signer.ts';
import { connectingDefaults, lambdaConnecting } from '../../adapters/lambda/connections.ts';
import { downstreamApis, downstreamStandings, standingDefaults } from '../../adapters/lambda/downstream.ts';
import { secretsManagerNonces } from '../../adapters/secrets-manager/nonces.ts';
import { guardedCallerIdentities } from '../../adapters/upstream/caller-identities.ts';
import { guardedDocuments } from '../../adapters/upstream/documents.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { route, routes } from '../../http/routes.ts';
import { tokenHttpEndpoint } from '../../http/token-endpoint.ts';
import { withIdentityAssertions } from '../../oauth/asserting/assert-identity.ts';
import { readAssertionTerms } from '../../oauth/asserting/terms.ts';
import { clientAuthentication } from '../../oauth/client-authentication/authenticate-client.ts';
import { clientKeys } from '../../oauth/client-authentication/client-keys.ts';
import { anchorKeys } from '../../oauth/anchors/anchor-keys.ts';
import { foreignPeople } from '../../oauth/anchors/foreign-person.ts';
import { readAnchors } from '../../oauth/anchors/read-anchors.ts';
import { foreignVerifier } from '../../oauth/anchors/verify-foreign.ts';
import { jwtBearerGrant } from '../../oauth/bearer/jwt-bearer.ts';
import { workloadProof } from '../../oauth/bearer/prove-workload.ts';
import { workloadGrant } from '../../oauth/bearer/workload-grant.ts';
import { readWorkloadRules } from '../../oauth/bearer/workload-rule.ts';
import { foreignTokens, isForExchange } from '../../oauth/exchange/foreign-tokens.ts';
import { actorTokens } from '../../oauth/exchange/actor-token.ts';
import { ownTokens } from '../../oauth/exchange/own-tokens.ts';
import { exchangedPlans } from '../../oauth/exchange/family-plan.ts';
import { type ExchangePorts, tokenExchangeGrant } from '../../oauth/exchange/token-exchange.ts';
import { authorizationCodeGrant } from '../../oauth/grants/authorization-code.ts';
import { clientCredentialsGrant } from '../../oauth/grants/client-credentials.ts';
import { deviceCodeGrant } from '../../oauth/grants/device-code.ts';
import type { Grant } from '../../oauth/grants/grant.ts';
import { refreshTokenGrant } from '../../oauth/grants/refresh-token.ts';
import { callerLimits } from '../../oauth/limits/caller-limits.ts';
import { endpointsOf, mutualTlsIn } from '../../oauth/metadata/endpoints.ts';
import { tokenEndpoint } from '../../oauth/token-endpoint.ts';
import { tokenIssuer } from '../../oauth/tokens/issue.ts';
import { largestDocument, readDocumentPolicy } from '../../oauth/registration/document-trust.ts';
import { withMetadataDocuments } from '../../oauth/registration/known-clients.ts';
import { familyLife, lifetimeSeconds } from '../../oauth/tokens/lifetime.ts';
import type { TrustAnchor } from '../../ports/trust-anchors.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { ApiDirectory } from '../../ports/downstream-apis.ts';
import type { EgressProviderId, IdpId, Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { tokenEnvironment } from './environment.ts';

const environment = readEnvironment(tokenEnvironment);
const issuer = environment.ISSUER as Issuer;
const dynamo = new DynamoDBClient(clientDefaults);
const policy = readDocumentPolicy(environment.CLIENT_DOCUMENTS);
const idps = JSON.parse(environment.IDPS) as readonly IdpId[];
const {
  registry: registered,
  keyRings,
  identityProviders,
  apis,
  egressProviders,
} = dynamoRegistry({
  client: dynamo,
  table: environment.REGISTRY_TABLE,
  clock: systemClock,
  needsKeyRing: true,
  clientDocuments: policy !== undefined,
  idps,
  egress: JSON.parse(environment.EGRESS_PROVIDERS) as readonly EgressProviderId[],
  apisAmongResources: true,
});
const anchors = readAnchors(environment.TRUST_ANCHORS).filter(
  (anchor) => anchor.issuer.replace(/\/$/, '') !== issuer,
);
const hosts = environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public';
const documents = guardedDocuments({ hosts, maximumBytes: 65_536 });
// Nobody makes this function fetch what no person has been asked about: nothing is kept here.
const registry = withMetadataDocuments(registered, {
  policy,
  documents: guardedDocuments({ hosts, maximumBytes: largestDocument }),
  hosts,
  named: new Set(anchors.flatMap(({ clients = [] }) => clients)),
  clock: systemClock,
});

const foreignKeys = anchorKeys(
  // Key sets of companies that roll many keys are larger than the documents of clients.
  guardedDocuments({ hosts, maximumBytes: 262_144 }),
  dynamoKeptKeySets({ client: dynamo, table: environment.GRANTS_TABLE }),
);
const verifierOf = (trusted: readonly TrustAnchor[]) =>
  foreignVerifier({
    anchors: trusted,
    keys: foreignKeys,
    ownAudiences: [issuer, `${issuer}/`, endpointsOf(issuer).token],
  });
const verifyForeign = verifierOf(anchors);
const foreigners = foreignPeople({
  identityProviders,
  ends: dynamoPersonEnds({ client: dynamo, table: environment.GRANTS_TABLE }),
});
const workloads = readWorkloadRules(environment.WORKLOADS);
const replay = dynamoAssertionReplay({ client: dynamo, table: environment.GRANTS_TABLE });

const downstream = {
  client: new LambdaClient(standingDefaults),
  functionName: environment.DOWNSTREAM_FUNCTION,
};

/** Undefined where there are no third parties. */
const egress =
  environment.CONNECTIONS_FUNCTION === 'none'
    ? undefined
    : {
        ...{ issuer, providers: egressProviders },
        connecting: lambdaConnecting({
          client: new LambdaClient(connectingDefaults),
          functionName: environment.CONNECTIONS_FUNCTION,
        }),
      };

/** Where people sign in. */
function ofPeople() {
  return {
    ...{ issuer, registry, identityProviders, random: systemRandom },
    grants: dynamoGrants({ client: dynamo, table: environment.GRANTS_TABLE }),
    devices: dynamoDevices({ client: dynamo, table: environment.GRANTS_TABLE }),
    standings: downstreamStandings(downstream),
    life: familyLife(environment.REFRESH_TOKEN_DAYS),
  };
}
const people = idps.length > 0 ? ofPeople() : undefined;

const opaque = dynamoOpaqueTokens({ client: dynamo, table: environment.GRANTS_TABLE });

const authenticateClient = clientAuthentication({
  registry,
  keys: clientKeys(documents),
  audiences: { issuer, tokenEndpoint: endpointsOf(issuer).token },
  issuerHosts: hosts,
  callers: environment.AWS_CALLER_IDENTITY === 'accepted' ? guardedCallerIdentities({ hosts }) : undefined,
});

const own = {
  ...{ issuer, keyRings, opaque, documentPolicy: policy, anchors },
  standings: dynamoTokenStandings({
    client: dynamo,
    registry: environment.REGISTRY_TABLE,
    grants: environment.GRANTS_TABLE,
  }),
};

const noApis: ApiDirectory = { find: () => Promise.resolve(undefined) };
const exchanges: ExchangePorts = {
  ...{ registry, identityProviders, issuer, egress },
  apis: downstreamApis(downstream, people ? apis : noApis),
  subjects: [
    ownTokens(own),
    ...(anchors.some(isForExchange)
      ? [foreignTokens({ anchors: anchors.filter(isForExchange), verifierOf, people: foreigners })]
      : []),
  ],
  judgeActor: actorTokens({ ...own, authenticateClient }),
  maximumDepth: Number(environment.DELEGATION_DEPTH),
  people,
};
const signedIn = people && {
  ...people,
  planExchanged: exchangedPlans({
    ...{ ...people, exchanges, documentPolicy: policy },
    tokenStandings: own.standings,
  }),
};
const grantsOfPeople: readonly Grant[] = signedIn
  ? [authorizationCodeGrant(signedIn), refreshTokenGrant(signedIn), deviceCodeGrant(signedIn)]
  : [];
const terms = readAssertionTerms(environment.IDENTITY_ASSERTIONS);
const exchange = signedIn
  ? withIdentityAssertions(tokenExchangeGrant(exchanges), { ...signedIn, keyRings, terms })
  : tokenExchangeGrant(exchanges);
const bearer = jwtBearerGrant({
  ...{ issuer, registry, replay, random: systemRandom, verifyForeign, exchanges },
  personOf: foreigners,
});

const ports = {
  limits: callerLimits(
    { client: environment.CLIENT_LIMIT, address: environment.ADDRESS_LIMIT },
    {
      buckets: dynamoSharedBuckets({ client: dynamo, table: environment.GRANTS_TABLE }),
      random: systemRandom,
    },
  ),
  authenticateClient,
  replay,
  proveWorkload:
    workloads.length > 0 ? workloadProof({ issuer, registry, verifyForeign, rules: workloads }) : undefined,
  random: systemRandom,
  audit,
  issuer,
  egress,
  ...mutualTlsIn(environment),
  issue: tokenIssuer({
    issuer,
    lifetimeSeconds: lifetimeSeconds(environment.ACCESS_TOKEN_MINUTES),
    keyRings,
    signer: deploymentSigner({
      client: new KMSClient(clientDefaults),
      wrappedKeys: dynamoWrappedKeys({ client: dynamo, table: environment.REGISTRY_TABLE }),
      wrappingKey: { keyArn: environment.WRAPPING_KEY, deployment: environment.DEPLOYMENT },
      audit,
    }),
    opaque,
    random: systemRandom,
  }),
  proofs: dynamoProofMarks({ client: dynamo, table: environment.GRANTS_TABLE }),
  nonces: secretsManagerNonces(environment.NONCE_SECRET, { clock: systemClock, random: systemRandom }),
};

const requestToken = tokenEndpoint({
  ...ports,
  endpoint: 'token',
  grants: [
    clientCredentialsGrant(registry),
    exchange,
    bearer,
    ...(workloads.length > 0 ? [workloadGrant({ registry, replay, random: systemRandom })] : []),
    ...grantsOfPeople,
  ],
});
const requestExchange = tokenEndpoint({ ...ports, endpoint: 'exchange', grants: [exchange] });

export const handler = lambdaHandler(
  routes([
    route('/token', tokenHttpEndpoint(requestToken, systemClock)),
    route('/exchange', tokenHttpEndpoint(requestExchange, systemClock)),
  ]),
  { cors: true },
);
