import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { TaskEvent, TaskEvents } from '../../ports/task-work.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { calling } from '../aws.ts';

/** What one call takes. */
const mostEntries = 10;

interface Options {
  readonly client: EventBridgeClient;
  readonly busName: string;
  readonly issuer: string;
}

/** Tells an event bus what becomes of tasks: `source` is `vestibule`, `detail-type` the name of the event. */
export function eventBridgeTaskEvents(options: Options): TaskEvents {
  return {
    tell: async (events) => {
      for (let from = 0; from < events.length; from += mostEntries) {
        await put(options, events.slice(from, from + mostEntries));
      }
    },
  };
}

async function put({ client, ...options }: Options, events: readonly TaskEvent[]): Promise<void> {
  const Entries = events.map((event) => entryOf(options, event));
  const { FailedEntryCount: failed = 0 } = await calling('EventBridge', () =>
    client.send(new PutEventsCommand({ Entries })),
  );
  if (failed > 0) {
    throw new DependencyUnavailable('EventBridge', {
      cause: new Error(`it did not take ${failed} of ${events.length} events`),
    });
  }
}

function entryOf({ busName, issuer }: Omit<Options, 'client'>, event: TaskEvent): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: 'vestibule',
    DetailType: event.event,
    Time: new Date(event.at * 1_000),
    Detail: JSON.stringify({ issuer, ...detailOf(event), ...signInAt(issuer, event) }),
  };
}

/** Times are epoch seconds, as in tokens. */
function detailOf(event: TaskEvent): Readonly<Record<string, unknown>> {
  const { id, at, taskId, agentId, clientId, personId, purpose, ceiling } = event;
  return {
    ...{ event_id: id, at, task_id: taskId, agent_id: agentId, client_id: clientId, sub: personId },
    ...{ purpose, ceiling },
    ...moreOf(event),
  };
}

/** Where the person signs in again, whom somebody has to tell of that. */
function signInAt(issuer: string, event: TaskEvent): Readonly<Record<string, unknown>> {
  const isAsked = event.event === 'TaskFailed' && event.interaction;
  return isAsked ? { sign_in_uri: `${issuer}/account` } : {};
}

function moreOf(event: TaskEvent): Readonly<Record<string, unknown>> {
  switch (event.event) {
    case 'TaskTokenRefreshed':
      return {
        good_until: event.goodUntil,
        ...{ secret_arn: event.secretArn, secret_version: event.secretVersion },
      };
    case 'TaskEnding':
      return { reason: event.reason };
    case 'TaskFailed':
      return { reason: event.reason, good_until: event.goodUntil, interaction: event.interaction };
    case 'TaskEnded':
      return { reason: event.reason, detail: event.detail, of: event.of };
  }
}
