import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { listProperty, objectProperty, optionalText } from '../properties.ts';
import { transientProvider, type Provider } from '../provider.ts';
import { asText, type JsonObject } from '../template.ts';

const queueProperties: Provider['properties'] = {
  DelaySeconds: 'update',
  MaximumMessageSize: 'update',
  MessageRetentionPeriod: 'update',
  QueueName: 'replacement',
  ReceiveMessageWaitTimeSeconds: 'update',
  RedrivePolicy: 'update',
  SqsManagedSseEnabled: 'nothing',
  Tags: 'nothing',
  VisibilityTimeout: 'update',
};

/** What a queue is without a word about it. */
const defaults: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  Policy: '',
  ReceiveMessageWaitTimeSeconds: '0',
  RedrivePolicy: '',
  VisibilityTimeout: '30',
};

/** `AWS::SQS::Queue`. Made anew at every start, because its URL has the origin of this run; its messages stay. */
export function queue(client: SQSClient): Provider {
  return transientProvider(
    queueProperties,
    async ({ properties: wanted, generatedName }) => {
      const QueueName = optionalText(wanted, 'QueueName') ?? generatedName;
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName }));
      await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributesOf(wanted) }));
      const { Attributes: made } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
      );
      return {
        physicalId: QueueUrl ?? '',
        attributes: { Arn: made?.QueueArn ?? '', QueueName, QueueUrl: QueueUrl ?? '' },
      };
    },
    ({ physicalId }) => unlessGone(client.send(new DeleteQueueCommand({ QueueUrl: physicalId }))),
  );
}

/** `AWS::SQS::QueuePolicy`. */
export function queuePolicy(client: SQSClient): Provider {
  const set = (QueueUrl: string, Policy: string): Promise<unknown> =>
    client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  return transientProvider(
    { PolicyDocument: 'update', Queues: 'update' },
    async ({ properties: wanted, generatedName }) => {
      const policy = asText(objectProperty(wanted, 'PolicyDocument'));
      for (const url of listProperty(wanted, 'Queues').map(asText)) await set(url, policy);
      return { physicalId: generatedName, attributes: { Id: generatedName } };
    },
    async ({ properties: last }) => {
      for (const url of listProperty(last, 'Queues').map(asText)) await unlessGone(set(url, ''));
    },
  );
}

function attributesOf(wanted: JsonObject): Record<string, string> {
  const names = Object.keys(wanted).filter((name) => name in defaults);
  return { ...defaults, ...Object.fromEntries(names.map((name) => [name, asText(wanted[name])])) };
}

async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'QueueDoesNotExist') throw error;
  }
}
