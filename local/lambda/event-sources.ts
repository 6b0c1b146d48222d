import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Principal } from '../aws/call.ts';
import type { Queues } from '../aws/sqs/sqs.ts';
import type { Decision } from '../iam/policy.ts';
import type { LambdaFunction } from './function.ts';
import { doneOf, sqsEvent } from './sqs-event.ts';

/** A queue whose messages a function works off, as its template describes it. */
export interface EventSourceDefinition {
  readonly queueArn: string;
  readonly functionArn: string;
  readonly batchSize: number;
  /** Whether the answer of the function says which messages it could not work off. */
  readonly reportsFailures: boolean;
  readonly maximumConcurrency?: number;
}

export interface EventSources {
  /** Rejects what Lambda refuses: a role that lacks a permission, and a queue that shows messages again too soon. */
  readonly add: (definition: EventSourceDefinition) => Promise<void>;
  /** From now on messages are received. */
  readonly start: () => void;
  /** Whether nothing is received or worked off, and no message waits for it. */
  readonly isIdle: () => boolean;
  /** Resolves when all that is visible has been worked off or put off; rejects when it cannot be received. */
  readonly settle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface EventSourcesOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly queues: Pick<Queues, 'hasVisible' | 'arrival' | 'urlOf'>;
  readonly find: (functionArn: string) => LambdaFunction | undefined;
  /** In whose name its function works. */
  readonly roleOf: (lambda: LambdaFunction) => Principal;
  readonly authorize: (principal: Principal, action: string, resource: string) => Decision;
  readonly log: (line: string) => void;
}

interface Source {
  readonly definition: EventSourceDefinition;
  readonly lambda: LambdaFunction;
  readonly client: SQSClient;
  readonly QueueUrl: string;
  readonly running: Set<Promise<void>>;
  isReceiving: boolean;
  /** Why the last attempt to receive failed. */
  failure?: Error;
}

const needed = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
const retryMilliseconds = 500;

/** Event source mappings of Lambda: every call to a queue is signed by the role of the function, as all its own are. */
export function createEventSources(options: EventSourcesOptions): EventSources {
  const { queues } = options;
  const sources: Source[] = [];
  const following: Promise<void>[] = [];
  const end = new AbortController();
  const isOver = (): boolean => end.signal.aborted;
  const isIdle = ({ definition, isReceiving, running }: Source): boolean =>
    !isReceiving && running.size === 0 && !queues.hasVisible(definition.queueArn);
  const follow = async (source: Source): Promise<void> => {
    const { queueArn } = source.definition;
    while (!isOver()) {
      await queues.arrival(queueArn, 20, end.signal);
      if (isOver() || !queues.hasVisible(queueArn)) continue;
      if (source.running.size >= concurrencyOf(source)) await Promise.race(source.running);
      else await takeBatch(source, options);
    }
  };
  return {
    add: async (definition) => {
      sources.push(await sourceOf(definition, options));
    },
    start: () => {
      following.push(...sources.map(follow));
    },
    isIdle: () => sources.every(isIdle),
    settle: async () => {
      for (const source of sources) delete source.failure;
      while (!sources.every(isIdle)) {
        const failed = sources.find(({ failure }) => failure !== undefined)?.failure;
        if (failed !== undefined) throw failed;
        await pause(5);
      }
    },
    stop: async () => {
      end.abort();
      await Promise.all(following);
      await Promise.all(sources.flatMap(({ running }) => [...running]));
      for (const { client } of sources) client.destroy();
    },
  };
}

async function sourceOf(definition: EventSourceDefinition, options: EventSourcesOptions): Promise<Source> {
  const { endpoint, region, queues, find, roleOf, authorize } = options;
  const { queueArn, functionArn } = definition;
  const lambda = find(functionArn);
  if (lambda === undefined) throw new Error(`there is no function ${functionArn}`);
  const role = roleOf(lambda);
  for (const action of needed) {
    if (authorize(role, `sqs:${action}`, queueArn) === 'allowed') continue;
    throw new Error(`The provided execution role does not have permissions to call ${action} on SQS`);
  }
  const client = new SQSClient({ endpoint, region, credentials: role });
  const QueueUrl = queues.urlOf(queueArn);
  const { Attributes: queue } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] }),
  );
  const [hidden, timeout] = [Number(queue?.VisibilityTimeout), lambda.definition.timeoutSeconds];
  if (hidden < timeout) {
    throw new Error(
      `Queue visibility timeout: ${hidden} seconds is less than Function timeout: ${timeout} seconds`,
    );
  }
  return { definition, lambda, client, QueueUrl, running: new Set(), isReceiving: false };
}

/** No more batches than instances: one that waits for an instance would be hidden for less than it needs. */
function concurrencyOf({ definition: { maximumConcurrency = Infinity }, lambda }: Source): number {
  return Math.min(maximumConcurrency, lambda.definition.maxInstances);
}

async function takeBatch(source: Source, options: EventSourcesOptions): Promise<void> {
  source.isReceiving = true;
  try {
    const messages = await receive(source);
    if (messages.length === 0) return;
    const run: Promise<void> = workOff(source, messages, options).finally(() => source.running.delete(run));
    source.running.add(run);
  } catch (error) {
    source.failure = error instanceof Error ? error : new Error(String(error));
    options.log(`!! ${source.definition.queueArn} could not be received from: ${source.failure.message}`);
    await pause(retryMilliseconds);
  } finally {
    source.isReceiving = false;
  }
}

async function receive({ client, QueueUrl, definition }: Source): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    ...{ QueueUrl, MaxNumberOfMessages: definition.batchSize },
    MessageSystemAttributeNames: ['All'],
  });
  return (await client.send(command)).Messages ?? [];
}

/** What is not deleted comes again when its visibility timeout is over. */
async function workOff(
  { definition, lambda, client, QueueUrl }: Source,
  messages: readonly Message[],
  { log }: EventSourcesOptions,
): Promise<void> {
  const outcome = await lambda.invoke(sqsEvent(definition.queueArn, messages));
  const done = doneOf(messages, outcome, definition.reportsFailures);
  if (done.length === 0) return;
  const Entries = done.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
  try {
    const { Failed: failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    for (const { Message: why } of failed) log(`!! a message of ${QueueUrl} was not deleted: ${why ?? ''}`);
  } catch (error) {
    log(`!! messages of ${QueueUrl} were not deleted: ${error instanceof Error ? error.message : ''}`);
  }
}
