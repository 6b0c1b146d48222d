import { randomUUID } from 'node:crypto';
import {
  CreateEventBusCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import type { ContractTarget } from './target.ts';

type Pattern = Readonly<Record<string, unknown>>;

interface Bus {
  readonly tell: (...entries: readonly PutEventsRequestEntry[]) => ReturnType<typeof tell>;
  /** The events that the target of the rule got since it was last asked. */
  readonly got: () => Promise<readonly Readonly<Record<string, unknown>>[]>;
  readonly name: string;
}

function tell({ eventBridge }: ContractTarget, name: string, entries: readonly PutEventsRequestEntry[]) {
  const Entries = entries.map((entry) => ({ ...ended, EventBusName: name, ...entry }));
  return eventBridge.send(new PutEventsCommand({ Entries }));
}

const ended: PutEventsRequestEntry = {
  ...{ Source: 'contract', DetailType: 'TaskEnded' },
  Detail: JSON.stringify({ id: 't1', reason: 'revoked', seen: 3, tags: ['a', 'b'], agent: { id: 'writer' } }),
};

/** What the product relies on in EventBridge. */
export function eventBridgeContract(target: () => ContractTarget): void {
  it('hands an event to the targets of the rules that it matches, in its envelope', async () => {
    const bus = await aBus(target(), { source: ['contract'], 'detail-type': ['TaskFailed', 'TaskEnded'] });
    const { Entries: entries, FailedEntryCount: failed } = await bus.tell({}, { DetailType: 'TaskBegun' });
    expect([failed, entries?.length]).toEqual([0, 2]);
    const got = await bus.got();
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({
      ...{ version: '0', id: entries?.[0]?.EventId, source: 'contract', 'detail-type': 'TaskEnded' },
      ...{ region: 'us-east-1', resources: [] },
      detail: { id: 't1', reason: 'revoked', seen: 3, tags: ['a', 'b'], agent: { id: 'writer' } },
    });
  });

  it.each<[string, Pattern, boolean]>([
    ['a value of the detail', { detail: { reason: ['policy', 'revoked'] } }, true],
    ['another value of it', { detail: { reason: ['policy'] } }, false],
    ['a number', { detail: { seen: [3] } }, true],
    ['the text of a number', { detail: { seen: ['3'] } }, false],
    ['one of a list', { detail: { tags: ['b', 'c'] } }, true],
    ['none of a list', { detail: { tags: ['c'] } }, false],
    ['what lies deeper', { detail: { agent: { id: ['writer'] } } }, true],
    ['what is not there', { detail: { agent: { name: ['writer'] } } }, false],
    ['all fields but one', { source: ['contract'], 'detail-type': ['TaskEnded'], region: ['x'] }, false],
  ])('matches %s as it is written', async (_what, pattern, matches) => {
    const bus = await aBus(target(), pattern);
    await bus.tell({});
    expect(await bus.got()).toHaveLength(matches ? 1 : 0);
  });

  it('takes what it can of a request, and says of each entry why it does not', async () => {
    const bus = await aBus(target(), { source: ['contract'] });
    const { Entries: entries, FailedEntryCount: failed } = await bus.tell(
      {},
      { Source: '' },
      { DetailType: '' },
      { Detail: '{"open":' },
    );
    expect([failed, entries?.map(({ EventId: id }) => id !== undefined)]).toEqual([
      3,
      [true, false, false, false],
    ]);
    expect(entries?.map(({ ErrorCode: code }) => code)).toEqual([
      undefined,
      'InvalidArgument',
      'InvalidArgument',
      'MalformedDetail',
    ]);
    expect(await bus.got()).toHaveLength(1);
  });

  it('refuses more than ten entries', async () => {
    const bus = await aBus(target(), { source: ['contract'] });
    const many = bus.tell(...Array.from({ length: 11 }, () => ({})));
    await expect(many).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await bus.got()).toEqual([]);
  });

  it('refuses more than a megabyte', async () => {
    const bus = await aBus(target(), { source: ['contract'] });
    const Detail = JSON.stringify({ long: 'x'.repeat(600_000) });
    await expect(bus.tell({ Detail }, { Detail })).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await bus.got()).toEqual([]);
  });

  it('hands nothing over from a rule that is switched off', async () => {
    const bus = await aBus(target(), { source: ['contract'] });
    const switchTo = (State: 'ENABLED' | 'DISABLED') => {
      const EventPattern = JSON.stringify({ source: ['contract'] });
      const input = { Name: 'rule', EventBusName: bus.name, EventPattern, State };
      return target().eventBridge.send(new PutRuleCommand(input));
    };
    await switchTo('DISABLED');
    await bus.tell({});
    expect(await bus.got()).toEqual([]);
    await switchTo('ENABLED');
    await bus.tell({});
    expect(await bus.got()).toHaveLength(1);
  });

  it('hands nothing to a target that left its rule', async () => {
    const bus = await aBus(target(), { source: ['contract'] });
    const gone = { Rule: 'rule', EventBusName: bus.name, Ids: ['queue'] };
    await target().eventBridge.send(new RemoveTargetsCommand(gone));
    await bus.tell({});
    expect(await bus.got()).toEqual([]);
  });
}

/** A bus with one rule, whose target is a queue that lets it in. */
async function aBus(target: ContractTarget, pattern: Pattern): Promise<Bus> {
  const { eventBridge, sqs } = target;
  const name = `contract-${randomUUID()}`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes: queue } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const Resource = queue?.QueueArn;
  await eventBridge.send(new CreateEventBusCommand({ Name: name }));
  const rule = { Name: 'rule', EventBusName: name, EventPattern: JSON.stringify(pattern) };
  const { RuleArn } = await eventBridge.send(new PutRuleCommand(rule));
  const Policy = JSON.stringify({
    Statement: {
      ...{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource },
      Principal: { Service: 'events.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
    },
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  const Targets = [{ Id: 'queue', Arn: Resource }];
  await eventBridge.send(new PutTargetsCommand({ Rule: 'rule', EventBusName: name, Targets }));
  return {
    name,
    tell: (...entries) => tell(target, name, entries),
    got: async () => {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages: messages = [] } = await sqs.send(command);
      return messages.map(({ Body: body }) => JSON.parse(body ?? '') as Readonly<Record<string, unknown>>);
    },
  };
}
