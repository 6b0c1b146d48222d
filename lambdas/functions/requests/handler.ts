import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoAssertionReplay } from '../../adapters/dynamodb/assertion-replay.ts';
import { dynamoDevices } from '../../adapters/dynamodb/devices.ts';
import { dynamoKeptDocuments } from '../../adapters/dynamodb/kept-documents.ts';
import { dynamoPushedRequests } from '../../adapters/dynamodb/pushed-requests.ts';
import { dynamoProofMarks } from '../../adapters/dynamodb/proof-marks.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { enrollingDefaults, lambdaEnrolling } from '../../adapters/lambda/enrolling.ts';
import { guardedCallerIdentities } from '../../adapters/upstream/caller-identities.ts';
import { guardedDocuments } from '../../adapters/upstream/documents.ts';
import { deviceAuthorizationHttpEndpoint } from '../../http/device-authorization-endpoint.ts';
import { lambdaHandler } from '../../http/lambda.ts';
import { parHttpEndpoint } from '../../http/par-endpoint.ts';
import { route, routes } from '../../http/routes.ts';
import {
  type AuthenticateClient,
  clientAuthentication,
} from '../../oauth/client-authentication/authenticate-client.ts';
import { clientKeys } from '../../oauth/client-authentication/client-keys.ts';
import { deviceAuthorization } from '../../oauth/device/begin-device.ts';
import { enrolDocuments } from '../../oauth/enrolment/enrol-documents.ts';
import { callerLimits } from '../../oauth/limits/caller-limits.ts';
import { endpointsOf, mutualTlsIn } from '../../oauth/metadata/endpoints.ts';
import { pushRequest } from '../../oauth/par/push-request.ts';
import { largestDocument, readDocumentPolicy } from '../../oauth/registration/document-trust.ts';
import { withMetadataDocuments } from '../../oauth/registration/known-clients.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { requestsEnvironment } from './environment.ts';

const environment = readEnvironment(requestsEnvironment);
const issuer = environment.ISSUER as Issuer;
const endpoints = endpointsOf(issuer);
const clock = systemClock;
const client = new DynamoDBClient(clientDefaults);
const grantsTable = { client, table: environment.GRANTS_TABLE };
const policy = readDocumentPolicy(environment.CLIENT_DOCUMENTS);
const hosts = environment.DOCUMENT_HOSTS === 'loopback' ? 'loopback' : 'public';
const { registry: registered } = dynamoRegistry({
  ...{ client, table: environment.REGISTRY_TABLE, clock },
  clientDocuments: policy !== undefined,
});
const keptDocuments = dynamoKeptDocuments({ client, table: environment.REGISTRY_TABLE });
// A client comes here before any person does, so that what its document says is kept from here on.
const registry = withMetadataDocuments(registered, {
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
});

const keys = clientKeys(guardedDocuments({ hosts, maximumBytes: 65_536 }));

/** An assertion may name the issuer or the token endpoint, and where the client goes with it if that is published as such. */
function proving(ownEndpoint?: string): AuthenticateClient {
  return clientAuthentication({
    registry,
    keys,
    audiences: { issuer, tokenEndpoint: endpoints.token, ...(ownEndpoint !== undefined && { ownEndpoint }) },
    issuerHosts: hosts,
    callers: environment.AWS_CALLER_IDENTITY === 'accepted' ? guardedCallerIdentities({ hosts }) : undefined,
  });
}

const ports = {
  limits: callerLimits(
    { client: environment.CLIENT_LIMIT, address: environment.ADDRESS_LIMIT },
    { buckets: dynamoSharedBuckets(grantsTable), random: systemRandom },
  ),
  registry,
  replay: dynamoAssertionReplay(grantsTable),
  random: systemRandom,
  audit,
};

const push = pushRequest({
  ...ports,
  authenticateClient: proving(endpoints.pushedAuthorizationRequest),
  pushed: dynamoPushedRequests(grantsTable),
  proofs: dynamoProofMarks(grantsTable),
  issuer,
  ...mutualTlsIn(environment),
});

const beginDevice = deviceAuthorization({
  ...ports,
  authenticateClient: proving(),
  devices: dynamoDevices(grantsTable),
});

export const handler = lambdaHandler(
  routes([
    route('/par', parHttpEndpoint(push, clock)),
    route('/device_authorization', deviceAuthorizationHttpEndpoint(beginDevice, issuer, clock)),
  ]),
  { cors: true },
);
