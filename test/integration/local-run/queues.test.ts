import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '../../../local/cloudformation/template.ts';
import { temporaryDirectory } from './fixture.ts';
import { aWorld, consuming, queueArn, type Shape, stopWorlds } from './worked-off-queue.ts';

afterEach(stopWorlds);

it('runs what is due and works off what that sends, each time that the clock is moved', async () => {
  const { run, batches, left } = await aWorld({ isSwept: true });
  for (let minutes = 1; minutes <= 3; minutes += 1) {
    run.clock.advance(60);
    await run.settle();
    expect(batches().length).toBeGreaterThanOrEqual(minutes);
  }
  expect(new Set(batches().flat())).toEqual(new Set(['swept']));
  expect(left()).toEqual({ work: [], dead: [] });
});

it('gives a function the messages of its queue in batches, in the form that Lambda has, and deletes them', async () => {
  const { run, send, lines, left } = await aWorld();
  await send('one', 'two');
  await run.settle();
  const [{ event } = { event: undefined }] = lines();
  expect(event?.Records.map(({ body }) => body)).toEqual(['one', 'two']);
  expect(event?.Records[0]).toEqual({
    messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    receiptHandle: expect.any(String) as string,
    body: 'one',
    attributes: {
      SenderId: 'operator',
      SentTimestamp: expect.stringMatching(/^\d{13}$/) as string,
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/) as string,
    },
    messageAttributes: {},
    md5OfBody: 'f97c5d29941bfb1b2fdab0874906ab82',
    eventSource: 'aws:sqs',
    eventSourceARN: expect.stringMatching(/^arn:aws:sqs:us-east-1:000000000000:App-Work-/) as string,
    awsRegion: 'us-east-1',
  });
  expect(left()).toEqual({ work: [], dead: [] });
});

it('works with nothing but the permissions of the function, and uses them all', async () => {
  const { run, send } = await aWorld();
  await send('one');
  await run.settle();
  expect(run.usedActions()).toEqual(
    expect.arrayContaining(consuming.map((action) => ({ role: 'WorkerRole', action }))),
  );
});

it('brings back what the function says it could not work off, and nothing else, until it is a dead letter', async () => {
  const { run, send, batches, left } = await aWorld();
  await send('one', 'fail', 'two');
  await run.settle();
  expect(left().work).toEqual(['fail']);
  await run.settle();
  expect(batches()).toHaveLength(1);
  for (let times = 0; times < 3; times += 1) {
    run.clock.advance(31);
    await run.settle();
  }
  expect(batches()).toEqual([['one', 'fail', 'two'], ['fail'], ['fail']]);
  expect(left()).toEqual({ work: [], dead: ['fail'] });
});

it.each(['throw', 'crash', 'answer nonsense'])('brings a whole batch back after "%s"', async (body) => {
  const { run, send, batches, left } = await aWorld();
  await send('one', body);
  await run.settle();
  expect(left().work).toEqual(['one', body]);
  run.clock.advance(31);
  await run.settle();
  expect(batches()).toEqual([
    ['one', body],
    ['one', body],
  ]);
});

it('asks a function that reports no failures for nothing but an end without an error', async () => {
  const { run, send, left } = await aWorld({ mapping: { FunctionResponseTypes: [] } });
  await send('fail', 'answer nonsense');
  await run.settle();
  expect(left().work).toEqual([]);
});

it('works off no more batches at once than the mapping says', async () => {
  const { run, send, lines } = await aWorld({
    mapping: { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } },
  });
  await send(...Array.from({ length: 7 }, () => 'slow'));
  await run.settle();
  let atOnce = 0;
  let most = 0;
  for (const { at } of lines()) {
    atOnce += at === 'begin' ? 1 : -1;
    most = Math.max(most, atOnce);
  }
  expect([lines().length, most]).toEqual([14, 2]);
});

it('loses nothing when messages cannot be deleted: they come again', async () => {
  const { run, send, batches, left, log } = await aWorld();
  run.cloud.faults.add('sqs:DeleteMessageBatch=down@*');
  await send('one');
  await run.settle();
  expect(left().work).toEqual(['one']);
  expect(log.join('\n')).toContain('were not deleted');
  run.cloud.faults.clear();
  run.clock.advance(31);
  await run.settle();
  expect([batches(), left().work]).toEqual([[['one'], ['one']], []]);
});

it('says why it cannot settle, and goes on when it can', async () => {
  const { run, send, batches } = await aWorld();
  run.cloud.faults.add('sqs:ReceiveMessage=down@*');
  await send('one');
  await expect(run.settle()).rejects.toThrow('The service is unavailable');
  run.cloud.faults.clear();
  await run.settle();
  expect(batches()).toEqual([['one']]);
});

it('keeps messages over a restart', async () => {
  const stateDirectory = temporaryDirectory();
  const first = await aWorld({ stateDirectory });
  first.run.cloud.faults.add('sqs:DeleteMessageBatch=down@*');
  await first.send('one', 'fail');
  await first.run.settle();
  await first.run.stop();
  const second = await aWorld({ stateDirectory });
  expect(second.left().work).toEqual(['one', 'fail']);
  second.run.clock.advance(31);
  await second.run.settle();
  expect(second.batches()).toEqual([['one', 'fail']]);
});

it.each(consuming)('makes no mapping for a function whose role lacks %s', async (action) => {
  const actions = consuming.filter((each) => each !== action);
  await expect(aWorld({ actions })).rejects.toThrow(
    `does not have permissions to call ${action.slice('sqs:'.length)} on SQS`,
  );
});

it.each([
  [{ visibilityTimeout: 4 }, 'Queue visibility timeout: 4 seconds is less than Function timeout: 5 seconds'],
  [{ mapping: { BatchSize: 11 } }, 'a BatchSize of 1 to 10 only'],
  [{ mapping: { ScalingConfig: { MaximumConcurrency: 1 } } }, 'MaximumConcurrency must be from 2 to 1000'],
  [{ mapping: { FilterCriteria: {} } }, 'does not know the property FilterCriteria'],
  [{ mapping: { EventSourceArn: 'arn:aws:kinesis:us-east-1:1:stream/x' } }, 'queues only'],
  [{ mapping: { FunctionResponseTypes: ['Other'] } }, 'the response type Other'],
])('makes no mapping of %j', async (shape: Shape, reason) => {
  await expect(aWorld(shape)).rejects.toThrow(reason);
});

it('keeps to the policy of a queue: it lets in whom no other policy does, and keeps out whom one lets in', async () => {
  const caller = 'arn:aws:iam::000000000000:role/';
  const statement = (effect: string, role: string): JsonObject => ({
    ...{ Effect: effect, Action: 'sqs:SendMessage', Resource: queueArn },
    Principal: { AWS: `${caller}${role}` },
  });
  const queuePolicy = [
    {
      ...statement('Deny', 'x'),
      Principal: { AWS: '*' },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    statement('Allow', 'Guest'),
    statement('Deny', 'Banned'),
  ];
  const { run } = await aWorld({ queuePolicy });
  const { physicalId: QueueUrl, attributes } = run.resources.find(({ logicalId }) => logicalId === 'Work')!;
  const mayAll = [{ Statement: { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: attributes['Arn'] } }];
  const sendAs = async (role: string, policies: readonly { readonly Statement: unknown }[]) => {
    const credentials = run.cloud.principalFor(`${caller}${role}`, policies);
    const client = new SQSClient({ endpoint: run.cloud.endpoint, region: 'us-east-1', credentials });
    return client
      .send(new SendMessageCommand({ QueueUrl, MessageBody: role }))
      .finally(() => {
        client.destroy();
      })
      .then(
        () => 'sent',
        (error: unknown) => (error as Error).name,
      );
  };
  expect(await sendAs('Guest', [])).toBe('sent');
  expect(await sendAs('Other', [])).toBe('AccessDenied');
  expect(await sendAs('Other', mayAll)).toBe('sent');
  expect(await sendAs('Banned', mayAll)).toBe('AccessDenied');
});
