import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTaskMessage } from '../../../lambdas/adapters/sqs/task-message.ts';
import { sqsTaskQueue } from '../../../lambdas/adapters/sqs/task-queue.ts';
import type { TaskMessage } from '../../../lambdas/ports/task-work.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { taskId } from '../../unit/tasks/a-task.ts';
import { capturedLog } from '../../unit/http/captured-log.ts';
import { type ContractTarget, startContractTarget } from './target.ts';

let target: ContractTarget;
let queueUrl: string;
beforeAll(async () => {
  target = await startContractTarget();
  const { QueueUrl } = await target.sqs.send(new CreateQueueCommand({ QueueName: 'task-work' }));
  queueUrl = QueueUrl ?? '';
});
afterAll(async () => {
  await target.stop();
});

const aMessage = (number: number, tasks = 20): TaskMessage => ({
  tasks: Array.from({ length: tasks }, (_, index) => ({
    id: taskId(`${number}-${index}`),
    dueAt: instant(1_800_000_000 + number),
  })),
});

async function received(): Promise<readonly (TaskMessage | undefined)[]> {
  const found: (TaskMessage | undefined)[] = [];
  for (;;) {
    const { Messages: messages = [] } = await target.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    if (messages.length === 0) return found;
    found.push(...messages.map(({ Body: body = '' }) => readTaskMessage(body)));
  }
}

describe('a queue of tasks in SQS', () => {
  it('takes as many messages as there are, and workers read what was sent', async () => {
    const queue = sqsTaskQueue({ client: target.sqs, queueUrl });
    const messages = Array.from({ length: 35 }, (_, number) => aMessage(number));
    expect(await queue.send(messages)).toEqual([]);
    expect(await queue.waiting()).toBe(35);
    const found = await received();
    expect(new Set(found.map((message) => JSON.stringify(message)))).toEqual(
      new Set(messages.map((message) => JSON.stringify(message))),
    );
    // Who works on them holds them still.
    expect(await queue.waiting()).toBe(35);
  });

  it('gives back what it did not take', async () => {
    const queue = sqsTaskQueue({ client: target.sqs, queueUrl: `${queueUrl}-of-nobody` });
    const messages = [aMessage(1), aMessage(2)];
    const [record] = await capturedLog(async () => {
      expect(await queue.send(messages)).toEqual(messages);
    });
    expect(record).toMatchObject({ message: 'dependency unavailable', dependency: 'SQS' });
    await expect(queue.waiting()).rejects.toThrow('SQS is unavailable');
  });
});

it.each([
  ['no JSON', 'tasks'],
  ['another form', '{"tasks":[{"id":"short","due_at":1}]}'],
  ['a time that is none', JSON.stringify({ tasks: [{ id: taskId('a'), due_at: -1 }] })],
  [
    'more tasks than a message has',
    JSON.stringify({ tasks: Array.from({ length: 21 }, () => ({ id: taskId('a'), due_at: 1 })) }),
  ],
])('nothing is read of a message with %s', (_, body) => {
  expect(readTaskMessage(body)).toBeUndefined();
});
