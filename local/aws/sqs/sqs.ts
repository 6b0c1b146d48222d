import type { PolicyDocument } from '../../iam/policy.ts';
import { compileResourcePolicy, type Statement } from '../../iam/statement.ts';
import { AwsError, type Input, run, type Service, unknownOperation } from '../service.ts';
import { administrationOperations } from './administration.ts';
import { batchOperations, firstOfBatch } from './batches.ts';
import { messageOperations, send } from './messages.ts';
import { hasVisible, settingsOf } from './queue.ts';
import { createQueueStore, queueName, type QueueStore, type QueueStoreOptions } from './queue-store.ts';

/** The queues of a run, for services that are here too and reach them without a signature. */
export interface Queues {
  /** Throws when there is no such queue. */
  readonly send: (arn: string, body: string, from: string) => Promise<void>;
  readonly urlOf: (arn: string) => string;
  /** Whether a message of a queue could be received now. */
  readonly hasVisible: (arn: string) => boolean;
  /** Resolves when a message could be received, after so many seconds, or soon after the end was signalled. */
  readonly arrival: (arn: string, seconds: number, end: AbortSignal) => Promise<void>;
  /** The bodies in each queue by its ARN, the oldest first, whether they can be received now or not. */
  readonly messages: () => ReadonlyMap<string, readonly string[]>;
}

export interface Sqs {
  readonly service: Service;
  readonly queues: Queues;
  /** The policy of a queue. Undefined where it has none. */
  readonly policyOf: (arn: string) => readonly Statement[] | undefined;
  readonly stop: () => void;
}

/** To do many at once is to do each of them. */
const action = (operation: string): string => `sqs:${operation.replace(/Batch$/, '')}`;

/**
 * Standard queues, of docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference: visibility timeouts and delays on the clock of
 * the run, long polling, and dead letters. `endpoint` is where their URLs lead.
 */
export function createSqs(options: QueueStoreOptions & { readonly endpoint: () => string }): Sqs {
  const store = createQueueStore(options);
  const urlOf = (name: string): string => `${options.endpoint()}/${options.account}/${name}`;
  const operations = {
    ...administrationOperations(store, urlOf),
    ...messageOperations(store),
    ...batchOperations(store),
  };
  const policies = new Map<string, readonly Statement[]>();
  return {
    service: {
      prefix: 'sqs',
      throttled: new AwsError('RequestThrottled', 'The request was denied due to request throttling.'),
      unavailable: new AwsError('ServiceUnavailable', 'The service is unavailable. Try again later.', 503),
      requirements: (operation, input) => {
        if (!Object.hasOwn(operations, operation)) throw unknownOperation();
        return Promise.resolve([{ action: action(operation), resource: store.arnOf(nameIn(input)) }]);
      },
      handle: (operation, input, caller) => run(operations, operation, input, caller),
      inPart: firstOfBatch,
    },
    queues: { urlOf: (arn) => urlOf(queueName(arn)), ...queuesOf(store) },
    policyOf: (arn) => {
      if (!arn.startsWith('arn:aws:sqs:')) return undefined;
      const queue = store.queues.get(queueName(arn));
      const text = queue && settingsOf(queue)['Policy'];
      if (text === undefined || text === '') return undefined;
      const compiled = policies.get(text) ?? compileResourcePolicy(JSON.parse(text) as PolicyDocument);
      policies.set(text, compiled);
      return compiled;
    },
    stop: store.arrivals.stop,
  };
}

function queuesOf(store: QueueStore): Omit<Queues, 'urlOf'> {
  const isThere = (arn: string): boolean => {
    const queue = store.queues.get(queueName(arn));
    return queue !== undefined && hasVisible(queue, store.now());
  };
  return {
    send: async (arn, body, from) => {
      send(store, store.find(arn), { MessageBody: body }, { arn: from });
      await store.commit();
    },
    hasVisible: isThere,
    arrival: (arn, seconds, end) => store.arrivals.wait(() => isThere(arn) || end.aborted, seconds),
    messages: () =>
      new Map(
        [...store.queues.values()].map(({ name, messages }) => [
          store.arnOf(name),
          [...messages.values()].map(({ body }) => body),
        ]),
      ),
  };
}

function nameIn({ QueueUrl: place, QueueName: name }: Input): string {
  const text = place ?? name;
  return typeof text === 'string' ? queueName(text) : '';
}
