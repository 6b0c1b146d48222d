import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { AwsError, type Caller, type Operation } from '../service.ts';
import { invalidValue, reading, wholeNumber } from './parameters.ts';
import { hasVisible, type Message, messageOf, put, type Queue, receive, secondsOf } from './queue.ts';
import type { QueueStore } from './queue-store.ts';

const url = v.pipe(v.string(), v.minLength(1));
const delay = v.optional(wholeNumber(0, 900));
const hiddenFor = wholeNumber(0, 43_200);

/** A message as it is given to a queue. */
export const newMessage = { MessageBody: v.string(), DelaySeconds: delay };
/** Which message of one that was received, and for how long it is to stay hidden. */
export const received = { ReceiptHandle: v.string() };
export const hiding = { ...received, VisibilityTimeout: hiddenFor };

const receiveInput = v.strictObject({
  QueueUrl: url,
  MaxNumberOfMessages: v.optional(wholeNumber(1, 10), 1),
  VisibilityTimeout: v.optional(hiddenFor),
  WaitTimeSeconds: v.optional(wholeNumber(0, 20)),
  MessageSystemAttributeNames: v.optional(v.array(v.string()), []),
  AttributeNames: v.optional(v.array(v.string()), []),
});

/** One message at a time. */
export function messageOperations(queues: QueueStore): Record<string, Operation> {
  return {
    SendMessage: reading(
      v.strictObject({ QueueUrl: url, ...newMessage }),
      async ({ QueueUrl, ...message }, caller) => {
        const sent = send(queues, queues.find(QueueUrl), message, caller);
        await queues.commit();
        return sent;
      },
    ),
    ReceiveMessage: reading(receiveInput, (input) => receiveMessages(queues, input)),
    DeleteMessage: reading(v.strictObject({ QueueUrl: url, ...received }), (input) => {
      deleteMessage(queues.find(input.QueueUrl), input);
      return queues.commit();
    }),
    ChangeMessageVisibility: reading(v.strictObject({ QueueUrl: url, ...hiding }), (input) => {
      changeVisibility(queues, queues.find(input.QueueUrl), input);
      return queues.commit();
    }),
  };
}

/** XML 1.0 §2.2 says which characters; UTF-16 halves without the other are none. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

export function send(
  queues: QueueStore,
  queue: Queue,
  {
    MessageBody: body,
    DelaySeconds,
  }: { readonly MessageBody: string; readonly DelaySeconds?: number | undefined },
  caller: Pick<Caller, 'arn'>,
): { readonly MessageId: string; readonly MD5OfMessageBody: string } {
  const most = secondsOf(queue, 'MaximumMessageSize');
  if (body === '')
    throw new AwsError(
      'MissingRequiredParameterException',
      'The request must contain the parameter MessageBody.',
    );
  if (forbidden.test(body))
    throw new AwsError('InvalidMessageContents', 'Invalid characters found in the message.');
  if (Buffer.byteLength(body) > most) {
    const reason = `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`;
    throw new AwsError('InvalidParameterValueException', reason);
  }
  const senderId = caller.arn.slice(caller.arn.indexOf('/') + 1);
  const { id } = put(
    queue,
    { body, senderId, ...(DelaySeconds !== undefined && { delay: DelaySeconds }) },
    queues.now(),
  );
  return { MessageId: id, MD5OfMessageBody: md5(body) };
}

/** Done again, it is done. Who received it before somebody else did deletes nothing. */
export function deleteMessage(
  queue: Queue,
  { ReceiptHandle: receipt }: { readonly ReceiptHandle: string },
): void {
  const message = receivedBy(queue, receipt);
  if (message?.receipt === receipt) queue.messages.delete(message.id);
}

export function changeVisibility(
  queues: QueueStore,
  queue: Queue,
  {
    ReceiptHandle: receipt,
    VisibilityTimeout: seconds,
  }: { readonly ReceiptHandle: string; readonly VisibilityTimeout: number },
): void {
  const message = receivedBy(queue, receipt);
  if (message?.receipt !== receipt) {
    const reason = 'Message does not exist or is not available for visibility timeout change.';
    throw invalidValue('ReceiptHandle', receipt, reason);
  }
  if (message.visibleAt <= queues.now()) {
    throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.');
  }
  message.visibleAt = queues.now() + 1_000 * seconds;
}

async function receiveMessages(
  queues: QueueStore,
  input: v.InferOutput<typeof receiveInput>,
): Promise<object> {
  const queue = queues.find(input.QueueUrl);
  const seconds = input.WaitTimeSeconds ?? secondsOf(queue, 'ReceiveMessageWaitTimeSeconds');
  await queues.arrivals.wait(() => hasVisible(queue, queues.now()), seconds);
  const how = {
    most: input.MaxNumberOfMessages,
    hiddenFor: input.VisibilityTimeout ?? secondsOf(queue, 'VisibilityTimeout'),
  };
  const messages = receive(queues.find(input.QueueUrl), how, queues.now(), queues.deadLettersOf(queue));
  await queues.commit();
  const names = [...input.MessageSystemAttributeNames, ...input.AttributeNames];
  return messages.length === 0 ? {} : { Messages: messages.map((each) => written(each, names)) };
}

function written(message: Message, names: readonly string[]): object {
  const { id, body, receipt, senderId, sentAt, receives, firstReceivedAt } = message;
  const attributes = Object.entries({
    SenderId: senderId,
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    ApproximateReceiveCount: String(receives),
    SentTimestamp: String(sentAt),
  }).filter(([name]) => names.includes('All') || names.includes(name));
  return {
    ...{ MessageId: id, ReceiptHandle: receipt, MD5OfBody: md5(body), Body: body },
    ...(attributes.length > 0 && { Attributes: Object.fromEntries(attributes) }),
  };
}

function receivedBy(queue: Queue, receipt: string): Message | undefined {
  const id = messageOf(receipt);
  if (id === undefined) {
    throw new AwsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${receipt}" is not a valid receipt handle.`,
    );
  }
  return queue.messages.get(id);
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
