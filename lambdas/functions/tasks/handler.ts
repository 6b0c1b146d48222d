import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoAssertionReplay } from '../../adapters/dynamodb/assertion-replay.ts';
import { dynamoCircuits } from '../../adapters/dynamodb/circuits.ts';
import { dynamoGrants } from '../../adapters/dynamodb/grants.ts';
import { dynamoOpaqueTokens } from '../../adapters/dynamodb/opaque-tokens.ts';
import { dynamoProofMarks } from '../../adapters/dynamodb/proof-marks.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoRestingTasks } from '../../adapters/dynamodb/resting-tasks.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { dynamoTasks } from '../../adapters/dynamodb/tasks.ts';
import { dynamoWrappedKeys } from '../../adapters/dynamodb/wrapped-keys.ts';
import { deploymentSigner } from '../../adapters/kms/deployment-signer.ts';
import { connectingDefaults, lambdaConnecting } from '../../adapters/lambda/connections.ts';
import { secretsManagerNonces } from '../../adapters/secrets-manager/nonces.ts';
import { guardedCallerIdentities } from '../../adapters/upstream/caller-identities.ts';
import { guardedDocuments } from '../../adapters/upstream/documents.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { routes } from '../../http/routes.ts';
import { taskRoutes } from '../../http/task-routes.ts';
import { clientAuthentication } from '../../oauth/client-authentication/authenticate-client.ts';
import { clientKeys } from '../../oauth/client-authentication/client-keys.ts';
import { callerLimits } from '../../oauth/limits/caller-limits.ts';
import { endpointsOf, mutualTlsIn } from '../../oauth/metadata/endpoints.ts';
import { readDocumentPolicy } from '../../oauth/registration/document-trust.ts';
import { taskConfirmation } from '../../oauth/tasks/confirm.ts';
import { limitedGate } from '../../oauth/tasks/limited-gate.ts';
import { openingEndpoint } from '../../oauth/tasks/opening-endpoint.ts';
import { taskEndpoint } from '../../oauth/tasks/task-endpoint.ts';
import { tokenIssuer } from '../../oauth/tokens/issue.ts';
import { lifetimeSeconds } from '../../oauth/tokens/lifetime.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { EgressProviderId, IdpId, Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { leaseSecondsOf } from '../../tasks/lease-time.ts';
import { tasksEnvironment } from './environment.ts';
import { ofPeople } from './people.ts';

const environment = readEnvironment(tasksEnvironment);
const issuer = environment.ISSUER as Issuer;
const dynamo = new DynamoDBClient(clientDefaults);
const [registryTable, grantsTable] = [environment.REGISTRY_TABLE, environment.GRANTS_TABLE];
const idps = JSON.parse(environment.IDPS) as readonly IdpId[];
const { registry, keyRings, identityProviders, apis, egressProviders } = dynamoRegistry({
  ...{ client: dynamo, table: registryTable, clock: systemClock },
  ...{ needsKeyRing: true, idps },
  egress: JSON.parse(environment.EGRESS_PROVIDERS) as readonly EgressProviderId[],
});
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
const hosts = environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public';
const opaque = dynamoOpaqueTokens({ client: dynamo, table: grantsTable });
const own = { issuer, keyRings, opaque, documentPolicy: readDocumentPolicy(environment.CLIENT_DOCUMENTS) };

const tokenSeconds = lifetimeSeconds(environment.ACCESS_TOKEN_MINUTES);
const marks = {
  replay: dynamoAssertionReplay({ client: dynamo, table: grantsTable }),
  proofs: dynamoProofMarks({ client: dynamo, table: grantsTable }),
  random: systemRandom,
};
const timing = { tokenSeconds, graceSeconds: Number(environment.TASK_GRACE_MINUTES) * 60 };
const tasks = dynamoTasks({ client: dynamo, table: grantsTable });
const grants = dynamoGrants({ client: dynamo, table: grantsTable });
const buckets = dynamoSharedBuckets({ client: dynamo, table: grantsTable });
const ofPersons =
  idps.length > 0
    ? ofPeople(environment, { dynamo, registry, identityProviders, grants, apis, ...own })
    : { people: undefined, persons: undefined, machines: undefined };

const late = {
  ...{ tasks, timing, random: systemRandom, audit },
  confirm: taskConfirmation({ issuer, registry, grants, ...ofPersons }),
  providers: limitedGate(
    environment.PROVIDER_RATE,
    {
      circuits: dynamoCircuits({ client: dynamo, table: grantsTable }),
      buckets,
      random: systemRandom,
      audit,
    },
    // Each instance answers one request at a time: what each had for itself would be as much as there are of them.
    'exact',
  ),
  leaseSeconds: leaseSecondsOf(Number(environment.TIME_LIMIT)),
  pause: (milliseconds: number, signal?: AbortSignal) =>
    setTimeout(milliseconds, undefined, signal && { signal }),
};

const work = {
  ...{ issuer, registry, audit, ...marks, ...ofPersons, tasks, timing, late, egress },
  resting: dynamoRestingTasks({ client: dynamo, table: grantsTable }),
  issue: tokenIssuer({
    ...{ issuer, lifetimeSeconds: tokenSeconds, keyRings, opaque, random: systemRandom },
    signer: deploymentSigner({
      client: new KMSClient(clientDefaults),
      wrappedKeys: dynamoWrappedKeys({ client: dynamo, table: registryTable }),
      wrappingKey: { keyArn: environment.WRAPPING_KEY, deployment: environment.DEPLOYMENT },
      audit,
    }),
  }),
};

const ports = {
  ...{ issuer, ...mutualTlsIn(environment), audit },
  nonces: secretsManagerNonces(environment.NONCE_SECRET, { clock: systemClock, random: systemRandom }),
  authenticateClient: clientAuthentication({
    registry,
    keys: clientKeys(guardedDocuments({ hosts, maximumBytes: 65_536 })),
    audiences: { issuer, tokenEndpoint: endpointsOf(issuer).token },
    issuerHosts: hosts,
    callers: environment.AWS_CALLER_IDENTITY === 'accepted' ? guardedCallerIdentities({ hosts }) : undefined,
  }),
  limits: callerLimits(
    { client: environment.CLIENT_LIMIT, address: environment.ADDRESS_LIMIT },
    { buckets, random: systemRandom },
  ),
};

export const handler = lambdaHandler(
  routes(
    taskRoutes(
      {
        issuer,
        open: openingEndpoint({ ...ports, opening: work }),
        ask: taskEndpoint({ ...ports, resting: work.resting, registry, acts: work }),
      },
      systemClock,
    ),
  ),
  { cors: true },
);
