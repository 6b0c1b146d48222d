import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoCircuits } from '../../adapters/dynamodb/circuits.ts';
import { dynamoGrants } from '../../adapters/dynamodb/grants.ts';
import { dynamoRegistry } from '../../adapters/dynamodb/registry.ts';
import { dynamoSharedBuckets } from '../../adapters/dynamodb/shared-buckets.ts';
import { dynamoTasks } from '../../adapters/dynamodb/tasks.ts';
import { eventBridgeTaskEvents } from '../../adapters/eventbridge/task-events.ts';
import { readDocumentPolicy } from '../../oauth/registration/document-trust.ts';
import { taskConfirmation } from '../../oauth/tasks/confirm.ts';
import { keepAllAhead } from '../../oauth/tasks/keep-all-ahead.ts';
import { limitedGate } from '../../oauth/tasks/limited-gate.ts';
import { lifetimeSeconds } from '../../oauth/tokens/lifetime.ts';
import { after, systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { leaseSecondsOf } from '../../tasks/lease-time.ts';
import type { RefreshPorts } from '../../tasks/ports.ts';
import { work } from '../../tasks/work.ts';
import { refresherEnvironment } from './environment.ts';
import { readMessages } from './event.ts';
import { intoSecrets } from './into-secrets.ts';
import { keptOf, ofPeople } from './people.ts';

const environment = readEnvironment(refresherEnvironment);
const issuer = environment.ISSUER as Issuer;
const dynamo = new DynamoDBClient(clientDefaults);
const table = environment.GRANTS_TABLE;
const idps = JSON.parse(environment.IDPS) as readonly IdpId[];
const { registry, keyRings, identityProviders, apis } = dynamoRegistry({
  ...{ client: dynamo, table: environment.REGISTRY_TABLE, clock: systemClock, idps },
});
const grants = dynamoGrants({ client: dynamo, table });
const documentPolicy = readDocumentPolicy(environment.CLIENT_DOCUMENTS);
const of = { dynamo, issuer, registry, keyRings, identityProviders, grants, apis, documentPolicy };
const timeLimit = Number(environment.TIME_LIMIT);

/** Kept back of the time limit for what was begun: an identity provider answers in seven seconds or not at all. */
const lastWorkSeconds = 15;

const { people, machines } =
  idps.length > 0 ? ofPeople(environment, of) : { people: undefined, machines: undefined };
const timing = {
  tokenSeconds: lifetimeSeconds(environment.ACCESS_TOKEN_MINUTES),
  graceSeconds: Number(environment.TASK_GRACE_MINUTES) * 60,
};
const delivery = intoSecrets(environment, { dynamo, issuer, registry, keyRings, grants, people, timing });

const providers = limitedGate(
  environment.PROVIDER_RATE,
  {
    circuits: dynamoCircuits({ client: dynamo, table }),
    buckets: dynamoSharedBuckets({ client: dynamo, table }),
    ...{ random: systemRandom, audit },
  },
  'lenient',
);

const ports: RefreshPorts = {
  tasks: dynamoTasks({ client: dynamo, table }),
  confirm: taskConfirmation({ issuer, registry, grants, people, machines }),
  providers,
  grants,
  events: eventBridgeTaskEvents({
    ...{ client: new EventBridgeClient(clientDefaults), busName: environment.TASK_EVENTS, issuer },
  }),
  ...(delivery && { delivery }),
  ...{ timing, leaseSeconds: leaseSecondsOf(timeLimit) },
  ...{ clock: systemClock, random: systemRandom, audit },
};

const keeping = people && {
  ...{ grants, providers, standings: people.standings, identityProviders },
  ...{ kept: keptOf(environment), clock: systemClock, audit },
};

/** What could not be worked off comes again, and the rest of the messages does not. */
export async function handler(event: unknown, context: Context): Promise<SQSBatchResponse> {
  const received = readMessages(event);
  const until = after(systemClock(), timeLimit - lastWorkSeconds);
  const messages = received.map(({ message }) => message ?? { tasks: [] });
  const worked = await Promise.all([
    work({ ...ports, atOnce: 16, until }, messages, context.awsRequestId),
    ...(keeping ? [keepAllAhead({ ...keeping, atOnce: 8, until }, messages, context.awsRequestId)] : []),
  ]);
  const failed = received.filter(
    ({ message }, index) => message === undefined || worked.some((each) => each[index] === 'again'),
  );
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
