import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { TaskMessage, TaskQueue } from '../../ports/task-work.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { logger } from '../../runtime/log.ts';
import { calling } from '../aws.ts';
import { writeTaskMessage } from './task-message.ts';

/** What one call takes. */
const batchSize = 10;

/** Calls under way at the same time. */
const atOnce = 10;

const waitingIn = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;

interface Options {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

/** Messages to the workers. One that comes again after its lost reply was sent twice, and finds nothing due. */
export function sqsTaskQueue(options: Options): TaskQueue {
  return {
    send: async (messages) => {
      const batches = Array.from({ length: Math.ceil(messages.length / batchSize) }, (_, index) =>
        messages.slice(index * batchSize, (index + 1) * batchSize),
      );
      const refused: TaskMessage[] = [];
      const run = async (): Promise<void> => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
          refused.push(...(await refusedOf(options, batch)));
        }
      };
      await Promise.all(Array.from({ length: atOnce }, run));
      return refused;
    },
    waiting: async () => {
      const question = new GetQueueAttributesCommand({
        ...{ QueueUrl: options.queueUrl, AttributeNames: [...waitingIn] },
      });
      const { Attributes: counts = {} } = await calling('SQS', () => options.client.send(question));
      return waitingIn.reduce((sum, name) => sum + Number(counts[name] ?? 0), 0);
    },
  };
}

/** A batch that fails keeps the others from nothing. */
async function refusedOf(options: Options, batch: readonly TaskMessage[]): Promise<readonly TaskMessage[]> {
  try {
    const entries = batch.map((message, index) => ({
      Id: String(index),
      MessageBody: writeTaskMessage(message),
    }));
    const { Failed: failed = [] } = await calling('SQS', () =>
      options.client.send(new SendMessageBatchCommand({ QueueUrl: options.queueUrl, Entries: entries })),
    );
    return failed.flatMap(({ Id: id }) => batch[Number(id)] ?? []);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.error('dependency unavailable', { dependency: error.dependency, error });
    return batch;
  }
}
