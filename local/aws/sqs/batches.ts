import * as v from 'valibot';
import { AwsError, type Input, type InPart, type Operation, type Reply } from '../service.ts';
import { changeVisibility, deleteMessage, hiding, newMessage, received, send } from './messages.ts';
import { reading } from './parameters.ts';
import type { Queue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';

const url = v.pipe(v.string(), v.minLength(1));
const id = v.string();
const largest = 1_048_576;

interface Entry {
  readonly Id: string;
}

/** Up to ten messages at a time: some may be done while others are not. */
export function batchOperations(queues: QueueStore): Record<string, Operation> {
  return {
    SendMessageBatch: reading(
      v.strictObject({ QueueUrl: url, Entries: v.array(v.strictObject({ Id: id, ...newMessage })) }),
      ({ QueueUrl, Entries }, caller) => {
        const size = Entries.reduce((sum, { MessageBody: body }) => sum + Buffer.byteLength(body), 0);
        return each(queues, QueueUrl, Entries, size, (queue, entry) => send(queues, queue, entry, caller));
      },
    ),
    DeleteMessageBatch: reading(
      v.strictObject({ QueueUrl: url, Entries: v.array(v.strictObject({ Id: id, ...received })) }),
      ({ QueueUrl, Entries }) =>
        each(queues, QueueUrl, Entries, 0, (queue, entry) => {
          deleteMessage(queue, entry);
        }),
    ),
    ChangeMessageVisibilityBatch: reading(
      v.strictObject({ QueueUrl: url, Entries: v.array(v.strictObject({ Id: id, ...hiding })) }),
      ({ QueueUrl, Entries }) =>
        each(queues, QueueUrl, Entries, 0, (queue, entry) => {
          changeVisibility(queues, queue, entry);
        }),
    ),
  };
}

async function each<Each extends Entry>(
  queues: QueueStore,
  place: string,
  entries: readonly Each[],
  size: number,
  work: (queue: Queue, entry: Each) => unknown,
): Promise<object> {
  const queue = queues.find(place);
  checkBatch(entries, size);
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      successful.push(Object.assign({ Id: entry.Id }, work(queue, entry)));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push(failure(entry, error.code.replace(/Exception$/, ''), error.message, true));
    }
  }
  await queues.commit();
  return result(successful, failed);
}

function checkBatch(entries: readonly Entry[], size: number): void {
  const ids = entries.map(({ Id: each }) => each);
  if (ids.length === 0) {
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (ids.length > 10) {
    const problem = `Maximum number of entries per request are 10. You have sent ${ids.length}.`;
    throw new AwsError('TooManyEntriesInBatchRequest', problem);
  }
  if (ids.some((each) => !/^[\w-]{1,80}$/.test(each))) {
    const problem =
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.';
    throw new AwsError('InvalidBatchEntryId', problem);
  }
  const repeated = ids.find((each, at) => ids.indexOf(each) !== at);
  if (repeated !== undefined) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
  if (size > largest) {
    const problem = `Batch requests cannot be longer than ${largest} bytes. You have sent ${size} bytes.`;
    throw new AwsError('BatchRequestTooLong', problem);
  }
}

/** SQS out of breath in the middle of a batch: it does the first, and names those that it did not. */
export function firstOfBatch(operation: string, input: Input): InPart | undefined {
  if (!operation.endsWith('Batch') || !Array.isArray(input['Entries'])) return undefined;
  const [first, ...left] = input['Entries'] as readonly Entry[];
  if (first === undefined) return undefined;
  const problem = 'The service is unavailable. Try again later.';
  return {
    input: { ...input, Entries: [first] },
    tell: (reply) => {
      if (reply.error !== undefined) return reply;
      const { Successful: done = [], Failed: failed = [] } = JSON.parse(reply.body) as Partial<Result>;
      const undone = left.map((entry) => failure(entry, 'ServiceUnavailable', problem, false));
      return { ...reply, body: JSON.stringify(result(done, [...failed, ...undone])) } satisfies Reply;
    },
  };
}

interface Result {
  readonly Successful: readonly object[];
  readonly Failed: readonly object[];
}

function failure({ Id }: Entry, Code: string, Message: string, SenderFault: boolean): object {
  return { Id, Code, Message, SenderFault };
}

/** A list of none is not sent. */
function result(successful: readonly object[], failed: readonly object[]): Partial<Result> {
  return {
    ...(successful.length > 0 && { Successful: successful }),
    ...(failed.length > 0 && { Failed: failed }),
  };
}
