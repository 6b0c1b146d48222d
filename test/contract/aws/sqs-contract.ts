import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import type { ContractTarget } from './target.ts';

/** What the product relies on in SQS. The SDK itself compares each body with its MD5. */
export function sqsContract(target: () => ContractTarget): void {
  const { create, urlOf, send, sendMany, receive, remove, counts, named } = sqsSteps(target);

  it('keeps a message hidden from when it was received until its visibility timeout is over', async () => {
    const queue = await create({ VisibilityTimeout: '3' });
    const sent = await send(queue, 'work');
    const [first] = await receive(queue);
    expect(first).toMatchObject({
      MessageId: sent,
      Body: 'work',
      Attributes: { ApproximateReceiveCount: '1' },
    });
    expect(await receive(queue)).toEqual([]);
    expect(await counts(queue)).toEqual({ visible: 0, hidden: 1 });
    await target().pass(4);
    const [again] = await receive(queue);
    expect(again).toMatchObject({ MessageId: sent, Attributes: { ApproximateReceiveCount: '2' } });
    expect(again?.Attributes?.ApproximateFirstReceiveTimestamp).toBe(
      first?.Attributes?.ApproximateFirstReceiveTimestamp,
    );
    await remove(queue, again);
    await target().pass(4);
    expect([await receive(queue), await counts(queue)]).toEqual([[], { visible: 0, hidden: 0 }]);
  });

  it('deletes nothing for who had a message before somebody else got it', async () => {
    const queue = await create({ VisibilityTimeout: '1' });
    await send(queue, 'work');
    const [late] = await receive(queue);
    await target().pass(2);
    const [now] = await receive(queue, { VisibilityTimeout: 60 });
    await remove(queue, late);
    expect(await counts(queue)).toEqual({ visible: 0, hidden: 1 });
    await remove(queue, now);
    expect(await counts(queue)).toEqual({ visible: 0, hidden: 0 });
  });

  it('gives many consumers at once all messages between them', async () => {
    const queue = await create();
    for (let batch = 0; batch < 5; batch += 1) {
      await sendMany(
        queue,
        Array.from({ length: 10 }, (_, at) => `${batch}-${at}`),
      );
    }
    const batches = await Promise.all(
      Array.from({ length: 25 }, () => receive(queue, { MaxNumberOfMessages: 2 })),
    );
    const had = new Set(batches.flat().map(({ Body: body }) => body));
    // At least once: one that two of them were given leaves another for whoever comes next.
    while (had.size < 50) {
      const more = await receive(queue, { MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
      for (const { Body: body } of more) had.add(body);
    }
    expect((await counts(queue)).visible).toBe(0);
  });

  it('lets a visibility timeout be changed, to nothing too, by who has the message', async () => {
    const queue = await create();
    await send(queue, 'work');
    const [message] = await receive(queue);
    const change = (VisibilityTimeout: number) => {
      const { ReceiptHandle } = message!;
      const input = { QueueUrl: queue, ReceiptHandle, VisibilityTimeout };
      return target().sqs.send(new ChangeMessageVisibilityCommand(input));
    };
    await change(600);
    await change(0);
    expect(await receive(queue)).toHaveLength(1);
    expect(await named(change(43_201))).toMatch(/^InvalidParameterValue/);
  });

  it('waits for a message as long as it is asked to, and no longer than until one comes', async () => {
    const queue = await create();
    const waiting = receive(queue, { WaitTimeSeconds: 20 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await send(queue, 'at last');
    expect((await waiting).map(({ Body: body }) => body)).toEqual(['at last']);
    const started = performance.now();
    expect(await receive(queue, { WaitTimeSeconds: 1 })).toEqual([]);
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  it('keeps a message back for as long as its sender wants', async () => {
    const queue = await create();
    await target().sqs.send(
      new SendMessageCommand({ QueueUrl: queue, MessageBody: 'later', DelaySeconds: 2 }),
    );
    expect(await receive(queue)).toEqual([]);
    await target().pass(3);
    expect(await receive(queue)).toHaveLength(1);
  });

  it('hands what was received too often to the dead letters, as it is', async () => {
    const dead = await create();
    const { QueueArn: deadLetterTargetArn } = await attributesOf(target(), dead, 'QueueArn');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    const queue = await create({ VisibilityTimeout: '1', RedrivePolicy });
    const sent = await send(queue, 'poison');
    for (const time of ['1', '2']) {
      const [message] = await receive(queue);
      expect(message?.Attributes?.ApproximateReceiveCount).toBe(time);
      await target().pass(2);
    }
    expect(await receive(queue)).toEqual([]);
    expect(await receive(dead)).toMatchObject([{ MessageId: sent, Body: 'poison' }]);
    expect(await counts(queue)).toEqual({ visible: 0, hidden: 0 });
  });

  it('takes what it can of a batch, and says what it does not take', async () => {
    const queue = await create();
    const { Successful: taken = [], Failed: failed = [] } = await sendMany(queue, ['one', '\u0000', 'three']);
    expect([taken.map(({ Id: id }) => id), failed.map(({ Id: id }) => id)]).toEqual([['0', '2'], ['1']]);
    expect(failed[0]).toMatchObject({ SenderFault: true });
  });

  it('deletes all of a batch, what is gone included', async () => {
    const queue = await create();
    await sendMany(queue, ['one', 'two']);
    const messages = await receive(queue, { MaxNumberOfMessages: 10 });
    const deletion = new DeleteMessageBatchCommand({
      QueueUrl: queue,
      Entries: messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle })),
    });
    for (const time of [1, 2]) {
      const { Successful: deleted, Failed: left = [] } = await target().sqs.send(deletion);
      expect([time, deleted?.length, left]).toEqual([time, 2, []]);
    }
    expect(await counts(queue)).toEqual({ visible: 0, hidden: 0 });
  });

  it.each([
    ['more than ten', Array.from({ length: 11 }, () => 'x'), /^TooManyEntriesInBatchRequest$/],
    ['none at all', [], /^EmptyBatchRequest$/],
    ['more than a mebibyte', ['x'.repeat(700_000), 'x'.repeat(700_000)], /^BatchRequestTooLong$/],
  ])('refuses a batch of %s as a whole', async (_what, bodies, error) => {
    const queue = await create();
    expect(await named(sendMany(queue, bodies))).toMatch(error);
    expect(await counts(queue)).toEqual({ visible: 0, hidden: 0 });
  });

  it('refuses two entries of one id', async () => {
    const Entries = ['a', 'b'].map((MessageBody) => ({ Id: 'same', MessageBody }));
    const batch = new SendMessageBatchCommand({ QueueUrl: await create(), Entries });
    expect(await named(target().sqs.send(batch))).toBe('BatchEntryIdsNotDistinct');
  });

  it('refuses a message that is too long, and a receipt handle that nobody gave', async () => {
    const queue = await create();
    expect(await named(send(queue, 'x'.repeat(1_048_577)))).toMatch(/^InvalidParameterValue/);
    expect(await named(remove(queue, { ReceiptHandle: 'made-up' }))).toBe('ReceiptHandleIsInvalid');
    expect(await named(receive(queue, { MaxNumberOfMessages: 11 }))).toMatch(/^InvalidParameterValue/);
  });

  it('finds a queue by its name, makes it once, and knows none that is gone', async () => {
    const name = `contract-${randomUUID()}`;
    const queue = await create({ VisibilityTimeout: '7' }, name);
    expect([await create({ VisibilityTimeout: '7' }, name), await urlOf(name)]).toEqual([queue, queue]);
    expect(await named(create({ VisibilityTimeout: '8' }, name))).toMatch(/^Queue(Name|Already)Exists$/);
    expect(await attributesOf(target(), queue, 'VisibilityTimeout')).toEqual({ VisibilityTimeout: '7' });
    await send(queue, 'purged');
    await target().sqs.send(new PurgeQueueCommand({ QueueUrl: queue }));
    expect(await counts(queue)).toEqual({ visible: 0, hidden: 0 });
    await target().sqs.send(new DeleteQueueCommand({ QueueUrl: queue }));
    await expect(send(queue, 'lost')).rejects.toBeInstanceOf(QueueDoesNotExist);
    await expect(urlOf(name)).rejects.toMatchObject({
      Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue' },
    });
  });
}

async function attributesOf(
  { sqs }: ContractTarget,
  QueueUrl: string,
  ...names: readonly (
    'QueueArn' | 'VisibilityTimeout' | 'ApproximateNumberOfMessages' | 'ApproximateNumberOfMessagesNotVisible'
  )[]
): Promise<Readonly<Record<string, string>>> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] });
  return (await sqs.send(command)).Attributes ?? {};
}

function sqsSteps(target: () => ContractTarget) {
  return {
    create: async (Attributes: Record<string, string> = {}, QueueName = `contract-${randomUUID()}`) =>
      (await target().sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!,
    urlOf: async (QueueName: string) =>
      (await target().sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl,
    send: async (QueueUrl: string, MessageBody: string) =>
      (await target().sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))).MessageId,
    sendMany: (QueueUrl: string, bodies: readonly string[]) => {
      const Entries = bodies.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
      return target().sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    },
    receive: async (
      QueueUrl: string,
      options: Partial<ReceiveMessageCommandInput> = {},
    ): Promise<readonly Message[]> => {
      const input = { QueueUrl, MessageSystemAttributeNames: ['All' as const], ...options };
      return (await target().sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
    },
    remove: (QueueUrl: string, message: Message | undefined) => {
      const ReceiptHandle = message?.ReceiptHandle;
      return target().sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    },
    counts: async (QueueUrl: string) => {
      const [visible, hidden] = [
        'ApproximateNumberOfMessages' as const,
        'ApproximateNumberOfMessagesNotVisible' as const,
      ];
      const all = await attributesOf(target(), QueueUrl, visible, hidden);
      return { visible: Number(all[visible]), hidden: Number(all[hidden]) };
    },
    /** The name of what it was refused with. */
    named: async (refused: Promise<unknown>): Promise<string> =>
      refused.then(
        () => 'not refused',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      ),
  };
}
