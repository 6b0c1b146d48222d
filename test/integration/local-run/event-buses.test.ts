import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, it } from 'vitest';
import type { JsonObject, ResourceDefinition } from '../../../local/cloudformation/template.ts';
import { type LocalRun, startRun } from '../../../local/run.ts';
import { functionResources, temporaryDirectory, writeAssembly } from './fixture.ts';

/** Notes what it gets, and fails where it is told to. */
const listener = `
const { appendFileSync } = require('node:fs');
exports.handler = async (event) => {
  appendFileSync(process.env.RECORD, JSON.stringify(event) + '\\n');
  if (event.detail.fails) throw new Error('a defect');
};`;

interface Shape {
  readonly pattern?: JsonObject;
  readonly unpermitted?: true;
  readonly target?: JsonObject;
  readonly stateDirectory?: string;
}

const running: { readonly stop: () => Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

interface World {
  readonly run: LocalRun;
  readonly log: readonly string[];
  readonly busArn: string;
  readonly tell: (...details: readonly object[]) => Promise<readonly (string | undefined)[]>;
  readonly heard: () => readonly { readonly detail: object }[];
  readonly queued: (id: string) => readonly string[];
}

const events = { source: ['vestibule.tasks'] };

async function aWorld(shape: Shape = {}): Promise<World> {
  const record = join(temporaryDirectory(), 'record.jsonl');
  writeFileSync(record, '');
  const log: string[] = [];
  const { stateDirectory } = shape;
  const run = await startRun({
    assemblyDirectory: writeAssembly({ resources: resources(shape, record), code: { listener } }),
    ...{ port: 0, log: (line: string) => log.push(line) },
    ...(stateDirectory !== undefined && { stateDirectory }),
  });
  running.push(run);
  const teller = run.resources.find(({ logicalId }) => logicalId === 'ListenerRole')!.attributes['Arn']!;
  const { endpoint, principalFor } = run.cloud;
  const busArn = run.resources.find(({ logicalId }) => logicalId === 'Bus')!.attributes['Arn']!;
  const allowed = { Effect: 'Allow', Action: 'events:PutEvents', Resource: busArn };
  const credentials = principalFor(teller, [{ Statement: allowed }]);
  const client = new EventBridgeClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  return {
    ...{ run, log, busArn },
    tell: async (...details) => {
      const Entries = details.map((detail) => ({
        ...{ Source: 'vestibule.tasks', DetailType: 'TaskEnded', EventBusName: 'tasks' },
        Detail: JSON.stringify(detail),
      }));
      const { Entries: told = [] } = await client.send(new PutEventsCommand({ Entries }));
      return told.map(({ ErrorCode: code }) => code);
    },
    heard: () =>
      readFileSync(record, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { readonly detail: object }),
    queued: (id) => [...run.queued()].find(([arn]) => arn.includes(`-${id}-`))?.[1] ?? [],
  };
}

function resources(shape: Shape, record: string): Readonly<Record<string, ResourceDefinition>> {
  const { pattern = events, unpermitted, target = {} } = shape;
  const functionArn = { 'Fn::GetAtt': ['ListenerFunction', 'Arn'] };
  const ruleArn = { 'Fn::GetAtt': ['Rule', 'Arn'] };
  const queue = (id: string): Record<string, ResourceDefinition> => ({
    [id]: { Type: 'AWS::SQS::Queue', Properties: {} },
    [`${id}Policy`]: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: {
            ...{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': [id, 'Arn'] } },
            Principal: { Service: 'events.amazonaws.com' },
            Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
          },
        },
      },
    },
  });
  return {
    ...functionResources('Listener', 'listener', { environment: { RECORD: record } }),
    ...queue('Inbox'),
    ...queue('Dead'),
    Closed: { Type: 'AWS::SQS::Queue', Properties: {} },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'tasks' } },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ...{ EventBusName: { Ref: 'Bus' }, EventPattern: pattern },
        Targets: [
          { Id: 'function', Arn: functionArn, DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['Dead', 'Arn'] } } },
          { Id: 'inbox', Arn: { 'Fn::GetAtt': ['Inbox', 'Arn'] } },
          { Id: 'closed', Arn: { 'Fn::GetAtt': ['Closed', 'Arn'] }, ...target },
        ],
      },
    },
    ...(unpermitted === undefined && {
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          ...{ Action: 'lambda:InvokeFunction', FunctionName: functionArn },
          ...{ Principal: 'events.amazonaws.com', SourceArn: ruleArn },
        },
      },
    }),
  };
}

it('hands what a bus was told to functions and to queues, and keeps it for who asks', async () => {
  const { run, busArn, tell, heard, queued } = await aWorld();
  expect(await tell({ id: 't1' }, { id: 't2' })).toEqual([undefined, undefined]);
  await run.settle();
  const told = run.told(busArn);
  expect(told.map(({ detail }) => detail)).toEqual([{ id: 't1' }, { id: 't2' }]);
  expect(told[0]).toMatchObject({ account: '000000000000', source: 'vestibule.tasks', resources: [] });
  expect(heard()).toHaveLength(2);
  expect(heard()).toEqual(expect.arrayContaining([...told]));
  expect(queued('Inbox').map((body) => JSON.parse(body) as unknown)).toEqual(told);
  expect([run.told('tasks'), run.told('default')]).toEqual([told, []]);
});

it('hands over nothing that no rule matches, and keeps it all the same', async () => {
  const { run, tell, heard, queued } = await aWorld({ pattern: { source: ['another'] } });
  await tell({ id: 't1' });
  await run.settle();
  expect([heard(), queued('Inbox'), run.told('tasks').length]).toEqual([[], [], 1]);
});

it('hands nothing to a queue whose policy does not let it in, and says so', async () => {
  const { run, log, tell, queued } = await aWorld();
  await tell({ id: 't1' });
  await run.settle();
  expect([queued('Closed'), queued('Inbox').length]).toEqual([[], 1]);
  expect(log.join('\n')).toMatch(/could not deliver to \S+-Closed-\S+: it may not sqs:SendMessage/);
});

it('keeps as a dead letter what a function may not be invoked with', async () => {
  const { run, log, tell, heard, queued } = await aWorld({ unpermitted: true });
  await tell({ id: 't1' });
  await run.settle();
  expect([heard(), queued('Dead').map((body) => JSON.parse(body) as unknown)]).toEqual([
    [],
    run.told('tasks'),
  ]);
  expect(log.join('\n')).toContain('no AWS::Lambda::Permission lets it');
});

it('tries a function that fails three times', async () => {
  const { run, log, tell, heard } = await aWorld();
  await tell({ fails: true });
  await run.settle();
  expect(heard()).toHaveLength(3);
  expect(log.join('\n')).toContain('failed 3 times');
});

it('lets a bus be told by who may, and by nobody else', async () => {
  const { run } = await aWorld();
  const credentials = run.cloud.principalFor('arn:aws:iam::000000000000:role/Mute', []);
  const client = new EventBridgeClient({ endpoint: run.cloud.endpoint, region: 'us-east-1', credentials });
  const Entries = [{ Source: 's', DetailType: 't', Detail: '{}', EventBusName: 'tasks' }];
  await expect(client.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('events:PutEvents') as string,
  });
  client.destroy();
});

it('says that nobody gets what is told a bus which is not there', async () => {
  const { run, log } = await aWorld();
  const { endpoint, operator } = run.cloud;
  const client = new EventBridgeClient({ endpoint, region: 'us-east-1', credentials: operator });
  const Entries = [{ Source: 's', DetailType: 't', Detail: '{}', EventBusName: 'gone' }];
  expect(await client.send(new PutEventsCommand({ Entries }))).toMatchObject({ FailedEntryCount: 0 });
  expect(log.join('\n')).toContain('there is no event bus gone');
  client.destroy();
});

it('knows over a restart what it was told', async () => {
  const stateDirectory = temporaryDirectory();
  const first = await aWorld({ stateDirectory });
  await first.tell({ id: 't1' });
  const told = first.run.told('tasks');
  await running.pop()!.stop();
  const second = await aWorld({ stateDirectory });
  expect(second.run.told('tasks')).toEqual(told);
});

it.each([
  [{ pattern: { source: [{ prefix: 'vestibule.' }] } }, 'exact values in patterns, not source'],
  [{ pattern: { $or: [{ source: ['a'] }] } }, 'does not know $or'],
  [{ pattern: { source: 'a' } }, 'does not know source: "a"'],
  [{ pattern: {} }, 'must be an object with fields'],
  [{ target: { InputPath: '$.detail' } }, 'InputPath'],
  [{ target: { Arn: 'arn:aws:logs:us-east-1:000000000000:log-group:x' } }, 'queues and functions only'],
])('makes no rule of %j', async (shape: Shape, reason) => {
  await expect(aWorld(shape)).rejects.toThrow(reason);
});

it('leaves a part undone where a service is out of breath, and says which', async () => {
  const { run, tell, queued } = await aWorld();
  run.cloud.faults.add('events:PutEvents=partial@1,sqs:SendMessageBatch=partial@1,sqs:SendMessage=partial@*');
  expect(await tell({ id: 't1' }, { id: 't2' })).toEqual([undefined, 'ThrottlingException']);
  expect(run.told('tasks').map(({ detail }) => detail)).toEqual([{ id: 't1' }]);
  const { endpoint, operator } = run.cloud;
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials: operator });
  const QueueUrl = run.resources.find(({ logicalId }) => logicalId === 'Closed')!.physicalId;
  const Entries = ['a', 'b', 'c'].map((MessageBody) => ({ Id: MessageBody, MessageBody }));
  const { Successful: done, Failed: failed } = await client.send(
    new SendMessageBatchCommand({ QueueUrl, Entries }),
  );
  client.destroy();
  expect([done?.map(({ Id: id }) => id), failed?.map(({ Id: id }) => id)]).toEqual([['a'], ['b', 'c']]);
  expect(failed?.every(({ SenderFault: isOurs }) => !isOurs)).toBe(true);
  expect(queued('Closed')).toEqual(['a']);
});
