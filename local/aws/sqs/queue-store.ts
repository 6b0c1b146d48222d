import type { VirtualClock } from '../../clock.ts';
import { AwsError } from '../service.ts';
import type { StateFile } from '../state-file.ts';
import { type Arrivals, createArrivals } from './arrivals.ts';
import { type DeadLetters, expire, type Message, type Queue, settingsOf } from './queue.ts';

/** By their names, as they are written. */
export type QueuesState = Record<string, WrittenQueue>;
type WrittenQueue = Readonly<Omit<Queue, 'messages'>> & { readonly messages: readonly Message[] };

export interface QueueStoreOptions {
  readonly file: StateFile<QueuesState>;
  readonly region: string;
  readonly account: string;
  readonly clock: VirtualClock;
}

export interface QueueStore {
  /** By their names. */
  readonly queues: ReadonlyMap<string, Queue>;
  readonly add: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly now: () => number;
  /** After each change: it is kept, and who waits for messages looks again. */
  readonly commit: () => Promise<void>;
  readonly arrivals: Arrivals;
  readonly arnOf: (name: string) => string;
  /** By its URL or its ARN, without what it keeps no longer. Throws where there is none. */
  readonly find: (place: string) => Queue;
  readonly remove: (queue: Queue) => void;
  readonly deadLettersOf: (queue: Queue) => DeadLetters | undefined;
}

export function createQueueStore({ file, region, account, clock }: QueueStoreOptions): QueueStore {
  const { state } = file;
  const queues = new Map<string, Queue>();
  const keep = (queue: Queue): void => {
    queues.set(queue.name, queue);
    const { name, createdAt, attributes } = queue;
    // Looked up when it is written, and not at each change.
    state[name] = {
      ...{ name, createdAt, attributes },
      get changedAt() {
        return queue.changedAt;
      },
      get messages() {
        return [...queue.messages.values()];
      },
    };
  };
  for (const { messages, ...queue } of Object.values(state)) {
    keep({ ...queue, messages: new Map(messages.map((each) => [each.id, each])) });
  }
  const arrivals = createArrivals(clock.now);
  const find = (place: string): Queue => {
    const queue = queues.get(queueName(place));
    if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    expire(queue, clock.now());
    return queue;
  };
  return {
    queues,
    add: (name, attributes) => {
      const now = clock.now();
      keep({ name, createdAt: now, changedAt: now, attributes: { ...attributes }, messages: new Map() });
    },
    now: clock.now,
    commit: async () => {
      await file.commit();
      arrivals.changed();
    },
    arrivals,
    arnOf: (name) => `arn:aws:sqs:${region}:${account}:${name}`,
    find,
    remove: ({ name }) => {
      queues.delete(name);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the record is the file's JSON
      delete state[name];
    },
    deadLettersOf: (queue) => {
      const { RedrivePolicy: policy } = settingsOf(queue);
      if (policy === undefined || policy === '') return undefined;
      const { target, after } = readRedrivePolicy(policy);
      return { queue: find(target), after };
    },
  };
}

/** The last part of an ARN, or of a URL: at which origin a queue is called decides nothing. */
export function queueName(place: string): string {
  return place.slice(Math.max(place.lastIndexOf('/'), place.lastIndexOf(':')) + 1);
}

/** Throws for text of another form. */
export function readRedrivePolicy(policy: string): { readonly target: string; readonly after: number } {
  const { deadLetterTargetArn: target, maxReceiveCount, ...rest } = objectIn(policy);
  const after = Number(maxReceiveCount);
  const isKnown = Object.keys(rest).length === 0 && Number.isInteger(after) && after >= 1 && after <= 1_000;
  if (typeof target !== 'string' || !isKnown) {
    throw new AwsError('InvalidAttributeValue', 'Invalid value for the parameter RedrivePolicy.');
  }
  return { target, after };
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
