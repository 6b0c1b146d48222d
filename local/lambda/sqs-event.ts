import type { Message } from '@aws-sdk/client-sqs';
import type { Outcome } from './instance.ts';

/** The event that a function gets of a batch of messages. */
export function sqsEvent(queueArn: string, messages: readonly Message[]): object {
  const [, , , awsRegion] = queueArn.split(':');
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes,
      messageAttributes: {},
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion,
    })),
  };
}

/**
 * Which of the messages are done. An answer that cannot be read, or names a message that was not in the batch, is taken for a
 * failure of them all, as Lambda takes it.
 */
export function doneOf(
  messages: readonly Message[],
  outcome: Outcome,
  reportsFailures: boolean,
): readonly Message[] {
  if (outcome.kind !== 'returned') return [];
  if (!reportsFailures) return messages;
  const failed = failuresIn(outcome.payload);
  const ids = messages.map(({ MessageId: id }) => id ?? '');
  if (failed === undefined || failed.some((id) => !ids.includes(id))) return [];
  return messages.filter(({ MessageId: id }) => !failed.includes(id ?? ''));
}

function failuresIn(payload: string): readonly string[] | undefined {
  const answer = JSON.parse(payload) as unknown;
  if (answer === null || answer === '') return [];
  const { batchItemFailures: failures } = answer as { readonly batchItemFailures?: unknown };
  if (failures === undefined) return Object.keys(answer as object).length === 0 ? [] : undefined;
  if (failures === null) return [];
  if (!Array.isArray(failures)) return undefined;
  const ids = (failures as readonly unknown[]).map(identifierIn);
  return ids.every((id) => id !== undefined) ? ids : undefined;
}

function identifierIn(failure: unknown): string | undefined {
  const { itemIdentifier: id } = (failure ?? {}) as { readonly itemIdentifier?: unknown };
  return typeof id === 'string' ? id : undefined;
}
