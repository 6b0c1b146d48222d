import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoClientLives } from '../../adapters/dynamodb/client-lives.ts';
import { dynamoConnectTransactions } from '../../adapters/dynamodb/connect-transactions.ts';
import { dynamoConsents } from '../../adapters/dynamodb/consents.ts';
import { dynamoDevices } from '../../adapters/dynamodb/devices.ts';
import { dynamoGrants } from '../../adapters/dynamodb/grants.ts';
import { dynamoKeptDocuments } from '../../adapters/dynamodb/kept-documents.ts';
import { dynamoLogoutTokens } from '../../adapters/dynamodb/logout-tokens.ts';
import { dynamoPersonEnds } from '../../adapters/dynamodb/person-ends.ts';
import { dynamoPersons } from '../../adapters/dynamodb/persons.ts';
import { dynamoPushedRequests } from '../../adapters/dynamodb/pushed-requests.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { dynamoTransactions } from '../../adapters/dynamodb/transactions.ts';
import { connectingDefaults, lambdaConnecting } from '../../adapters/lambda/connections.ts';
import {
  downstreamLogouts,
  downstreamSignIns,
  downstreamStandings,
  signInDefaults,
} from '../../adapters/lambda/downstream.ts';
import { enrollingDefaults, lambdaEnrolling } from '../../adapters/lambda/enrolling.ts';
import { secretsManagerSealSecrets } from '../../adapters/secrets-manager/seal-secrets.ts';
import { secretsManagerSeals } from '../../adapters/secrets-manager/seals.ts';
import { guardedDocuments } from '../../adapters/upstream/documents.ts';
import { accountEndpoints } from '../../http/account-routes.ts';
import { authorizationRoutes } from '../../http/authorization-routes.ts';
import { backchannelLogoutRoutes } from '../../http/backchannel-logout-endpoint.ts';
import { connectRoutes } from '../../http/connect-routes.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { logoutRoutes } from '../../http/logout-routes.ts';
import { pagesOnFailure } from '../../http/pages-on-failure.ts';
import { readLook } from '../../http/pages/look.ts';
import { route, routes } from '../../http/routes.ts';
import { authorize } from '../../oauth/authorization/authorize.ts';
import { comeBack } from '../../oauth/authorization/come-back.ts';
import { decide } from '../../oauth/authorization/decide.ts';
import type { SignInPorts } from '../../oauth/authorization/sign-in-ports.ts';
import { enterUserCode } from '../../oauth/device/enter-user-code.ts';
import { guessLimit } from '../../oauth/device/guess-limit.ts';
import { enrolDocuments } from '../../oauth/enrolment/enrol-documents.ts';
import { addressLimit } from '../../oauth/limits/caller-limits.ts';
import type { LogoutPorts } from '../../oauth/logout/logout-ports.ts';
import { upstreamLogout } from '../../oauth/people/upstream-logout.ts';
import { largestDocument, readDocumentPolicy } from '../../oauth/registration/document-trust.ts';
import { withMetadataDocuments } from '../../oauth/registration/known-clients.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { EgressProviderId, IdpId, Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { authorizationEnvironment } from './environment.ts';

const environment = readEnvironment(authorizationEnvironment);
const issuer = environment.ISSUER as Issuer;
const look = readLook(environment.BRANDING);
const clock = systemClock;
const random = systemRandom;
const client = new DynamoDBClient(clientDefaults);
const grantsTable = { client, table: environment.GRANTS_TABLE };
const policy = readDocumentPolicy(environment.CLIENT_DOCUMENTS);
const {
  registry: registered,
  identityProviders,
  keyRings,
  egressProviders: providers,
} = dynamoRegistry({
  ...{ client, table: environment.REGISTRY_TABLE, clock },
  idps: JSON.parse(environment.IDPS) as IdpId[],
  egress: JSON.parse(environment.EGRESS_PROVIDERS) as EgressProviderId[],
  clientDocuments: policy !== undefined,
});
const hosts = environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public';
const downstream = {
  client: new LambdaClient(signInDefaults),
  functionName: environment.DOWNSTREAM_FUNCTION,
};
const secrets = secretsManagerSealSecrets({
  client: new SecretsManagerClient(clientDefaults),
  secretArn: environment.SEAL_SECRET,
  clock,
});
const keptDocuments = dynamoKeptDocuments({ client, table: environment.REGISTRY_TABLE });
const persons = dynamoPersons(grantsTable);
const ends = dynamoPersonEnds(grantsTable);
const buckets = dynamoSharedBuckets(grantsTable);
// Who is not counted is not served here, so that it is worth waiting for.
const guesses = guessLimit({ buckets: dynamoSharedBuckets({ ...grantsTable, patience: 5_000 }), random });
const ports: SignInPorts = {
  registry: withMetadataDocuments(registered, {
    ...{ policy, hosts, clock },
    documents: guardedDocuments({ hosts, maximumBytes: largestDocument }),
    kept: keptDocuments,
    enrol: enrolDocuments({
      enrolling: lambdaEnrolling({
        client: new LambdaClient(enrollingDefaults),
        functionName: environment.ENROLMENT_FUNCTION,
        idps: JSON.parse(environment.PROXIED_IDPS) as IdpId[],
      }),
      kept: keptDocuments,
      pinnedCopies: policy?.pinnedCopies === true,
      pause: (milliseconds) => setTimeout(milliseconds),
    }),
  }),
  idps: identityProviders,
  signIns: downstreamSignIns(downstream),
  standings: downstreamStandings(downstream),
  consents: dynamoConsents(grantsTable),
  persons,
  transactions: dynamoTransactions(grantsTable),
  pushed: dynamoPushedRequests(grantsTable),
  grants: dynamoGrants(grantsTable),
  devices: dynamoDevices(grantsTable),
  documents: keptDocuments,
  lives: dynamoClientLives({ client, table: environment.REGISTRY_TABLE }),
  lifetimeSeconds: Number(environment.CLIENT_LIFETIME_DAYS) * 86_400,
  seals: secretsManagerSeals({ secrets, random }),
  limit: addressLimit(environment.ADDRESS_LIMIT, { buckets, random }),
  ...{ random, audit },
};

// Without third parties there is nobody to ask, and nothing to connect.
const connecting =
  environment.CONNECTIONS_FUNCTION === 'none'
    ? undefined
    : lambdaConnecting({
        client: new LambdaClient(connectingDefaults),
        functionName: environment.CONNECTIONS_FUNCTION,
      });
const connectTransactions = dynamoConnectTransactions(grantsTable);
const connected = connecting && { connected: { providers, connecting } };
const account = accountEndpoints({ issuer, look, ports: { ...ports, ...connected }, clock });

const logoutPorts: LogoutPorts = {
  ...{ ...ports, issuer, persons, ends, keyRings },
  logouts: downstreamLogouts(downstream),
};
const toldLogout = upstreamLogout({
  ...{ ...ports, persons, ends },
  logouts: downstreamLogouts(downstream),
  tokens: dynamoLogoutTokens(grantsTable),
});

export const handler = lambdaHandler(
  routes([
    route('/account', account.account),
    ...(connecting
      ? connectRoutes({
          ...{ look, clock },
          ports: { ...ports, issuer, providers, connecting, transactions: connectTransactions },
        })
      : []),
    ...backchannelLogoutRoutes(toldLogout, clock),
    ...logoutRoutes({ issuer, look, clock, ports: logoutPorts }),
    ...authorizationRoutes({
      ...{ issuer, look, clock, comeBackToAccount: account.comeBack },
      ...{ authorize: authorize(ports), decide: decide(ports), comeBack: comeBack(ports) },
      enterUserCode: enterUserCode({ ...ports, guesses }),
    }),
  ]),
  { onFailure: pagesOnFailure(look) },
);
