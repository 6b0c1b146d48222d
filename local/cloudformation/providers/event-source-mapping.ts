import { createHash } from 'node:crypto';
import type { EventSourceDefinition } from '../../lambda/event-sources.ts';
import { listProperty, numberProperty, objectProperty, textProperty } from '../properties.ts';
import { transientProvider, type Provider } from '../provider.ts';
import { asText, type JsonObject } from '../template.ts';
import type { Environment } from '../values.ts';

const mappingProperties: Provider['properties'] = {
  BatchSize: 'update',
  EventSourceArn: 'replacement',
  FunctionName: 'update',
  FunctionResponseTypes: 'update',
  ScalingConfig: 'update',
  Tags: 'nothing',
};

/** `AWS::Lambda::EventSourceMapping` of a queue. */
export function eventSourceMapping(
  { region, account }: Environment,
  add: (definition: EventSourceDefinition) => Promise<void>,
): Provider {
  return transientProvider(mappingProperties, async ({ properties: wanted, generatedName }) => {
    await add(definitionOf(wanted));
    const id = uuidOf(generatedName);
    const arn = `arn:aws:lambda:${region}:${account}:event-source-mapping:${id}`;
    return { physicalId: id, attributes: { Id: id, EventSourceMappingArn: arn } };
  });
}

function definitionOf(wanted: JsonObject): EventSourceDefinition {
  const queueArn = textProperty(wanted, 'EventSourceArn');
  if (!queueArn.startsWith('arn:aws:sqs:')) {
    throw new Error(`the local run has event sources that are queues only, not ${queueArn}`);
  }
  const batchSize = numberProperty(wanted, 'BatchSize', 10);
  if (batchSize < 1 || batchSize > 10) {
    throw new Error(`the local run knows a BatchSize of 1 to 10 only, not ${batchSize}`);
  }
  const types = listProperty(wanted, 'FunctionResponseTypes').map(asText);
  const unknown = types.find((type) => type !== 'ReportBatchItemFailures');
  if (unknown !== undefined) throw new Error(`the local run does not know the response type ${unknown}`);
  return {
    ...{ queueArn, functionArn: textProperty(wanted, 'FunctionName'), batchSize },
    reportsFailures: types.length > 0,
    ...concurrencyOf(objectProperty(wanted, 'ScalingConfig')),
  };
}

function concurrencyOf(scaling: JsonObject): Pick<EventSourceDefinition, 'maximumConcurrency'> {
  if (!('MaximumConcurrency' in scaling)) return {};
  const maximumConcurrency = numberProperty(scaling, 'MaximumConcurrency', 0);
  if (maximumConcurrency >= 2 && maximumConcurrency <= 1_000) return { maximumConcurrency };
  throw new Error(`MaximumConcurrency must be from 2 to 1000, and is ${maximumConcurrency}`);
}

function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
