import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { JsonObject, ResourceDefinition } from '../../../local/cloudformation/template.ts';
import { type LocalRun, startRun } from '../../../local/run.ts';
import { functionResources, temporaryDirectory, writeAssembly } from './fixture.ts';

/** Notes what it gets and what it works off; what a body says, it does. */
const worker = `
const { appendFileSync } = require('node:fs');
const note = (line) => appendFileSync(process.env.RECORD, JSON.stringify(line) + '\\n');
exports.handler = async (event) => {
  note({ at: 'begin', event });
  const bodies = event.Records.map(({ body }) => body);
  if (bodies.includes('slow')) await new Promise((resolve) => setTimeout(resolve, 300));
  if (bodies.includes('crash')) process.exit(1);
  if (bodies.includes('throw')) throw new Error('a defect');
  note({ at: 'end' });
  if (bodies.includes('answer nonsense')) return { batchItemFailures: [{ messageId: 'x' }] };
  const failures = event.Records.filter(({ body }) => body.startsWith('fail'));
  return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;

/** Sends what its event says, by a client that has nothing but the environment of the function. */
const sender = `
const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
const client = new SQSClient({});
exports.handler = ({ body }) =>
  client.send(new SendMessageCommand({ QueueUrl: process.env.QUEUE, MessageBody: body }));`;

interface Line {
  readonly at: 'begin' | 'end';
  readonly event: { readonly Records: readonly { readonly body: string; readonly attributes: object }[] };
}

export interface Shape {
  readonly actions?: readonly string[];
  readonly visibilityTimeout?: number;
  readonly mapping?: JsonObject;
  readonly queuePolicy?: readonly JsonObject[];
  readonly stateDirectory?: string;
  readonly isSwept?: true;
}

/** What a function needs that works off a queue. */
export const consuming = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
export const queueArn = { 'Fn::GetAtt': ['Work', 'Arn'] };
const running: LocalRun[] = [];
const clients: SQSClient[] = [];

/** After each test. */
export async function stopWorlds(): Promise<void> {
  for (const client of clients.splice(0)) client.destroy();
  for (const run of running.splice(0)) await run.stop();
}

/** A run with a queue and a function that works it off. */
export interface World {
  readonly run: LocalRun;
  readonly log: readonly string[];
  readonly send: (...bodies: readonly string[]) => Promise<void>;
  /** The bodies of each batch that the function got. */
  readonly batches: () => readonly (readonly string[])[];
  readonly lines: () => readonly Line[];
  readonly left: () => { readonly work: readonly string[]; readonly dead: readonly string[] };
}

export async function aWorld(shape: Shape = {}): Promise<World> {
  const record = join(temporaryDirectory(), 'record.jsonl');
  writeFileSync(record, '');
  const log: string[] = [];
  const { stateDirectory } = shape;
  const run = await startRun({
    assemblyDirectory: writeAssembly({ resources: resources(shape, record), code: { worker, sender } }),
    ...{ port: 0, log: (line: string) => log.push(line) },
    ...(stateDirectory !== undefined && { stateDirectory }),
  });
  running.push(run);
  const { endpoint, operator } = run.cloud;
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials: operator });
  clients.push(client);
  const QueueUrl = run.resources.find(({ logicalId }) => logicalId === 'Work')!.physicalId;
  const lines = (): readonly Line[] =>
    readFileSync(record, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  return {
    ...{ run, log, lines },
    send: async (...bodies) => {
      const Entries = bodies.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
      await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    },
    batches: () =>
      lines().flatMap(({ at, event }) => (at === 'begin' ? [event.Records.map(({ body }) => body)] : [])),
    left: () => {
      const named = (part: string) => [...run.queued()].find(([arn]) => arn.includes(part))?.[1] ?? [];
      return { work: named('-Work-'), dead: named('-Dead-') };
    },
  };
}

function resources(shape: Shape, record: string): Readonly<Record<string, ResourceDefinition>> {
  const { actions = consuming, visibilityTimeout = 30, mapping = {}, queuePolicy } = shape;
  const statements = [{ Effect: 'Allow', Action: [...actions], Resource: queueArn }];
  const { WorkerFunction, ...others } = functionResources('Worker', 'worker', {
    ...{ environment: { RECORD: record }, statements },
  });
  return {
    ...others,
    ...(shape.isSwept && sweep()),
    WorkerFunction: { ...WorkerFunction!, DependsOn: ['WorkerPolicy'] },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } },
    Work: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: visibilityTimeout,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
      },
    },
    ...(queuePolicy !== undefined && {
      WorkPolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [{ Ref: 'Work' }], PolicyDocument: { Statement: queuePolicy } },
      },
    }),
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        ...{ EventSourceArn: queueArn, FunctionName: { Ref: 'WorkerFunction' }, BatchSize: 5 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ...mapping,
      },
    },
  };
}

/** A function that sends to the queue every minute. */
function sweep(): Readonly<Record<string, ResourceDefinition>> {
  const invoke = {
    ...{ Effect: 'Allow', Action: 'lambda:InvokeFunction' },
    Resource: { 'Fn::GetAtt': ['SweepFunction', 'Arn'] },
  };
  return {
    ...functionResources('Sweep', 'sender', {
      environment: { QUEUE: { Ref: 'Work' } },
      statements: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn }],
    }),
    ScheduleRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {},
        Policies: [{ PolicyName: 'invoke', PolicyDocument: { Statement: [invoke] } }],
      },
    },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ...{ ScheduleExpression: 'rate(1 minute)', FlexibleTimeWindow: { Mode: 'OFF' } },
        Target: {
          Arn: { 'Fn::GetAtt': ['SweepFunction', 'Arn'] },
          RoleArn: { 'Fn::GetAtt': ['ScheduleRole', 'Arn'] },
          Input: '{"body":"swept"}',
        },
      },
    },
  };
}
