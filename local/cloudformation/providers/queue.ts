import { optionalText } from '../properties.ts';
import { transientProvider, type Provider } from '../provider.ts';
import type { Environment } from '../values.ts';

const queueProperties: Provider['properties'] = {
  MessageRetentionPeriod: 'nothing',
  QueueName: 'replacement',
  SqsManagedSseEnabled: 'nothing',
  Tags: 'nothing',
};

/** `AWS::SQS::Queue`, for what could not be delivered. */
export function queue({ region, account }: Environment, add: (arn: string) => void): Provider {
  return transientProvider(queueProperties, ({ properties: wanted, generatedName }) => {
    const name = optionalText(wanted, 'QueueName') ?? generatedName;
    const arn = `arn:aws:sqs:${region}:${account}:${name}`;
    add(arn);
    return {
      physicalId: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
      attributes: { Arn: arn, QueueName: name },
    };
  });
}
