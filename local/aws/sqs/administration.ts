import * as v from 'valibot';
import type { PolicyDocument } from '../../iam/policy.ts';
import { compileResourcePolicy } from '../../iam/statement.ts';
import { AwsError, type Operation } from '../service.ts';
import { invalidValue, reading } from './parameters.ts';
import { type Queue, settingsOf } from './queue.ts';
import { type QueueStore, readRedrivePolicy } from './queue-store.ts';

const url = v.pipe(v.string(), v.minLength(1));
const name = v.pipe(
  v.string(),
  v.regex(
    /^[\w-]{1,80}$/,
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  ),
);
const settings = v.record(v.string(), v.string());

/** What is made of queues, as the template and tests do. */
export function administrationOperations(
  queues: QueueStore,
  urlOf: (name: string) => string,
): Record<string, Operation> {
  return {
    CreateQueue: reading(
      v.strictObject({ QueueName: name, Attributes: v.optional(settings, {}) }),
      async ({ QueueName, Attributes }) => {
        checkSettings(queues, Attributes);
        const existing = queues.queues.get(QueueName);
        if (existing === undefined) queues.add(QueueName, Attributes);
        else refuseOther(existing, Attributes);
        await queues.commit();
        return { QueueUrl: urlOf(QueueName) };
      },
    ),
    SetQueueAttributes: reading(
      v.strictObject({ QueueUrl: url, Attributes: settings }),
      async ({ QueueUrl, Attributes }) => {
        const queue = queues.find(QueueUrl);
        checkSettings(queues, Attributes);
        Object.assign(queue.attributes, Attributes);
        queue.changedAt = queues.now();
        await queues.commit();
      },
    ),
    GetQueueAttributes: reading(
      v.strictObject({ QueueUrl: url, AttributeNames: v.optional(v.array(v.string()), []) }),
      ({ QueueUrl, AttributeNames }) => ({
        Attributes: chosen(attributesOf(queues, queues.find(QueueUrl)), AttributeNames),
      }),
    ),
    GetQueueUrl: reading(v.strictObject({ QueueName: name }), ({ QueueName }) => ({
      QueueUrl: urlOf(queues.find(QueueName).name),
    })),
    PurgeQueue: reading(v.strictObject({ QueueUrl: url }), ({ QueueUrl }) => {
      queues.find(QueueUrl).messages.clear();
      return queues.commit();
    }),
    DeleteQueue: reading(v.strictObject({ QueueUrl: url }), ({ QueueUrl }) => {
      queues.remove(queues.find(QueueUrl));
      return queues.commit();
    }),
  };
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1_024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
};

function checkSettings(queues: QueueStore, given: Readonly<Record<string, string>>): void {
  for (const [setting, value] of Object.entries(given)) {
    if (setting === 'RedrivePolicy') checkRedrivePolicy(queues, value);
    else if (setting === 'Policy') checkPolicy(value);
    else if (setting !== 'SqsManagedSseEnabled') checkNumber(setting, value);
  }
}

function checkRedrivePolicy(queues: QueueStore, value: string): void {
  if (value === '') return;
  const { target } = readRedrivePolicy(value);
  try {
    queues.find(target);
  } catch {
    throw invalidValue('RedrivePolicy', value, 'Dead letter target does not exist.');
  }
}

/** A policy of a form that is not known here fails the call, and names the form. */
function checkPolicy(value: string): void {
  if (value !== '') compileResourcePolicy(JSON.parse(value) as PolicyDocument);
}

function checkNumber(setting: string, value: string): void {
  const [least, most] = ranges[setting] ?? [];
  if (least === undefined || most === undefined) {
    throw new AwsError('InvalidAttributeName', `Unknown Attribute ${setting}.`);
  }
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${setting}.`);
  }
}

function refuseOther(queue: Queue, wanted: Readonly<Record<string, string>>): void {
  const now = settingsOf(queue);
  const different = Object.entries(wanted).find(([setting, value]) => now[setting] !== value)?.[0];
  if (different === undefined) return;
  const problem = `A queue already exists with the same name and a different value for attribute ${different}`;
  throw new AwsError('QueueNameExists', problem);
}

function attributesOf(queues: QueueStore, queue: Queue): Readonly<Record<string, string>> {
  const now = queues.now();
  const all = [...queue.messages.values()];
  const delayed = all.filter(({ visibleAt, receives }) => receives === 0 && visibleAt > now).length;
  const ready = all.filter(({ visibleAt }) => visibleAt <= now).length;
  return {
    ...Object.fromEntries(Object.entries(settingsOf(queue)).filter(([, value]) => value !== '')),
    QueueArn: queues.arnOf(queue.name),
    ApproximateNumberOfMessages: String(ready),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ApproximateNumberOfMessagesNotVisible: String(all.length - ready - delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1_000)),
    LastModifiedTimestamp: String(Math.floor(queue.changedAt / 1_000)),
  };
}

function chosen(
  attributes: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const isWanted = (each: string): boolean => names.includes('All') || names.includes(each);
  return Object.fromEntries(Object.entries(attributes).filter(([each]) => isWanted(each)));
}
