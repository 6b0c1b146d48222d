import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { dynamoDueTasks } from '../../../lambdas/adapters/dynamodb/due-tasks.ts';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import { dynamoTasks } from '../../../lambdas/adapters/dynamodb/tasks.ts';
import type { DueTasks, Tasks } from '../../../lambdas/ports/tasks.ts';
import { type Clock, instant } from '../../../lambdas/runtime/clock.ts';
import { startCloud } from '../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../local/clock.ts';
import { aChange, aClient, anAgent, aResource } from '../../contract/store/mothers.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { planner, storeLeases } from './leases.ts';

/** What refreshers work in: the embedded store with a machine's agent in its registry, a queue, and a time that goes by when told to. */
export interface House {
  readonly tables: TestTables;
  readonly newQueue: () => SQSClient;
  readonly queueUrl: string;
  readonly clock: Clock;
  readonly pass: (seconds: number) => void;
  /** Stores so many tasks that begin now. This and what follows is past every count. */
  readonly store: (leases: number) => Promise<readonly TaskId[]>;
  readonly tasks: Tasks;
  readonly due: DueTasks;
}

/** Opens it, and closes it when `during` is done. */
export async function inHouse<T>(during: (house: House) => Promise<T>): Promise<T> {
  const tables = await startTables();
  const time = createVirtualClock();
  const cloud = await startCloud({
    ...{ region: 'us-east-1', account: '000000000000', clock: time, faults: createFaultPlan() },
    dynamodbEndpoint: tables.endpoint,
  });
  const queues: SQSClient[] = [];
  const newQueue = (): SQSClient => {
    const { endpoint, operator: credentials } = cloud;
    const queue = new SQSClient({ endpoint, region: 'us-east-1', credentials });
    queues.push(queue);
    return queue;
  };
  const { grants: table } = tables;
  const client = tables.client();
  const clock: Clock = () => instant(Math.floor(time.now() / 1_000));
  try {
    await registerPlanner(tables);
    const Attributes = { VisibilityTimeout: '300' };
    const made = await newQueue().send(new CreateQueueCommand({ QueueName: 'work', Attributes }));
    return await time.standStill(() =>
      during({
        ...{ tables, newQueue, queueUrl: made.QueueUrl ?? '' },
        ...{ clock, pass: time.advance },
        store: (leases) => storeLeases(client, table, leases, clock()),
        tasks: dynamoTasks({ client, table }),
        due: dynamoDueTasks({ client, table }),
      }),
    );
  } finally {
    for (const queue of queues) queue.destroy();
    client.destroy();
    await cloud.stop();
    await tables.stop();
  }
}

async function registerPlanner({ client: newClient, registry, grants }: TestTables): Promise<void> {
  const client = newClient();
  const store = dynamoRegistryStore({ client, table: registry, grants });
  const { resource, agent, client: caller, scope } = planner;
  const catalogue = [{ resource, required: [scope], optional: [] }];
  await store.register('resource', { thing: aResource({ uri: resource }) }, aChange());
  const tasks = { maximumHours: 72 };
  await store.register('agent', { thing: anAgent({ id: agent, catalogue, tasks }) }, aChange());
  await store.register('client', { thing: aClient({ id: caller, agentId: agent }) }, aChange());
  client.destroy();
}
