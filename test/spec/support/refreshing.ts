import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { BusEvent } from '../../../local/aws/eventbridge/buses.ts';
import { eventsSince } from './people.ts';
import { minute, startTasking, type Tasking } from './tasking.ts';

/** An event of the bus, as whoever hears it reads it. */
export interface Heard {
  readonly event: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Refreshing extends Tasking {
  /** Lets minutes pass, in each of which the schedules run and the queues are worked off. */
  readonly minutes: (count: number) => Promise<void>;
  /** What the bus of tasks was told of one task. */
  readonly heard: (taskId: string) => readonly Heard[];
  /** The audit trail since then, of one task. */
  readonly tracedSince: (from: number, taskId: string) => readonly Readonly<Record<string, unknown>>[];
  /** From now on the identity provider is asked about a grant, of which nothing is kept there. */
  readonly loseUpstream: (grantId: string) => Promise<void>;
  /** How many calls to AWS of one kind the role of a function made, of the newest. */
  readonly callsOf: (role: string, action: string) => number;
}

/** A deployment whose refreshers run by its own clock. */
export async function startRefreshing(
  change: (config: VestibuleConfig) => VestibuleConfig = (config) => config,
): Promise<Refreshing> {
  const house = await startTasking(change);
  const { run } = house;
  return {
    ...house,
    minutes: async (count) => {
      for (let passed = 0; passed < count; passed += 1) {
        run.clock.advance(minute);
        await run.settle();
      }
    },
    heard: (taskId) => heardOf(run, taskId),
    tracedSince: (from, taskId) => eventsSince(house, from).filter((event) => event['taskId'] === taskId),
    loseUpstream: (grantId) => loseUpstream(house, grantId),
    callsOf: (role, action) =>
      run.cloud.ledger.calls().filter((call) => call.action === action && call.principal.includes(role))
        .length,
  };
}

/** What the bus of tasks was told of one task. */
export function heardOf(run: Tasking['run'], taskId: string): readonly Heard[] {
  return busesOf(run)
    .flatMap((bus) => run.told(bus))
    .map(readEvent)
    .filter(({ detail }) => detail['task_id'] === taskId);
}

function busesOf(run: Tasking['run']): readonly string[] {
  return run.resources
    .filter(({ type }) => type === 'AWS::Events::EventBus')
    .map(({ physicalId }) => physicalId);
}

function readEvent({ 'detail-type': event, detail }: BusEvent): Heard {
  return { event, detail };
}

async function loseUpstream({ run, operator }: Tasking, grantId: string): Promise<void> {
  const credentials = operator;
  const dynamo = new DynamoDBClient({ endpoint: run.cloud.endpoint, region: 'us-east-1', credentials });
  const table = run.resources.find(({ logicalId }) => logicalId.startsWith('VestibuleGrantsTable'));
  await dynamo.send(
    new UpdateItemCommand({
      ...{ TableName: table?.physicalId, Key: { pk: { S: `grant#${grantId}` } } },
      UpdateExpression: 'SET terms.kept_upstream = :true',
      ExpressionAttributeValues: { ':true': { BOOL: true } },
    }),
  );
  dynamo.destroy();
}
