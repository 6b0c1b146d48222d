import { randomBytes, randomUUID } from 'node:crypto';

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly senderId: string;
  /** Milliseconds, as every time here. */
  readonly sentAt: number;
  visibleAt: number;
  /** How often it was received, in its first queue and in this one. */
  receives: number;
  firstReceivedAt?: number;
  /** Of the last time that it was received. */
  receipt?: string;
}

export interface Queue {
  readonly name: string;
  readonly createdAt: number;
  changedAt: number;
  /** What was set of it, as the API writes it. */
  readonly attributes: Record<string, string>;
  /** By their ids, in the order in which they came. */
  readonly messages: Map<string, Message>;
}

/** Where messages go that nobody could work off. */
export interface DeadLetters {
  /** How often a message is received before. */
  readonly after: number;
  readonly queue: Queue;
}

const defaults: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};

/** What holds of a queue: what was set of it, and what holds where nothing was. */
export function settingsOf({ attributes }: Queue): Readonly<Record<string, string>> {
  return { ...defaults, ...attributes };
}

export function secondsOf(queue: Queue, setting: string): number {
  return Number(settingsOf(queue)[setting]);
}

export function put(
  queue: Queue,
  { body, senderId, delay }: { readonly body: string; readonly senderId: string; readonly delay?: number },
  now: number,
): Message {
  const visibleAt = now + 1_000 * (delay ?? secondsOf(queue, 'DelaySeconds'));
  const message = { id: randomUUID(), body, senderId, sentAt: now, visibleAt, receives: 0 };
  queue.messages.set(message.id, message);
  return message;
}

/** Takes some of those that are visible, and hides them; one that was received too often goes to the dead letters instead. */
export function receive(
  queue: Queue,
  { most, hiddenFor }: { readonly most: number; readonly hiddenFor: number },
  now: number,
  deadLetters?: DeadLetters,
): readonly Message[] {
  const received: Message[] = [];
  for (const message of queue.messages.values()) {
    if (received.length === most) break;
    if (message.visibleAt > now) continue;
    if (deadLetters !== undefined && message.receives >= deadLetters.after) {
      move(message, queue, deadLetters.queue, now);
      continue;
    }
    message.receives += 1;
    message.firstReceivedAt ??= now;
    message.visibleAt = now + 1_000 * hiddenFor;
    message.receipt = receiptOf(message);
    received.push(message);
  }
  return received;
}

/** Whether a message could be received. */
export function hasVisible({ messages }: Queue, now: number): boolean {
  for (const { visibleAt } of messages.values()) if (visibleAt <= now) return true;
  return false;
}

/** Forgets what is older than the queue keeps. The oldest come first, all but dead letters, which wait for those before them. */
export function expire(queue: Queue, now: number): void {
  const oldest = now - 1_000 * secondsOf(queue, 'MessageRetentionPeriod');
  for (const { id, sentAt } of queue.messages.values()) {
    if (sentAt >= oldest) return;
    queue.messages.delete(id);
  }
}

/** Which message a receipt handle is of. Undefined: no queue ever gave it out. */
export function messageOf(receipt: string): string | undefined {
  return /^([0-9a-f-]{36})\.[\w-]{32}$/.exec(Buffer.from(receipt, 'base64url').toString())?.[1];
}

function receiptOf({ id }: Message): string {
  return Buffer.from(`${id}.${randomBytes(24).toString('base64url')}`).toString('base64url');
}

function move(message: Message, from: Queue, to: Queue, now: number): void {
  from.messages.delete(message.id);
  const { id, body, senderId, sentAt, receives } = message;
  to.messages.set(id, { id, body, senderId, sentAt, receives, visibleAt: now });
}
