import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { dynamoDueTasks } from '../../../lambdas/adapters/dynamodb/due-tasks.ts';
import { dynamoGrants } from '../../../lambdas/adapters/dynamodb/grants.ts';
import { dynamoRegistry } from '../../../lambdas/adapters/dynamodb/registry.ts';
import { dynamoTasks } from '../../../lambdas/adapters/dynamodb/tasks.ts';
import { readTaskMessage } from '../../../lambdas/adapters/sqs/task-message.ts';
import { sqsTaskQueue } from '../../../lambdas/adapters/sqs/task-queue.ts';
import { taskConfirmation } from '../../../lambdas/oauth/tasks/confirm.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { Issuer } from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import type { RefreshPorts } from '../../../lambdas/tasks/ports.ts';
import { sweep } from '../../../lambdas/tasks/sweep.ts';
import { work } from '../../../lambdas/tasks/work.ts';
import type { House } from './house.ts';
import { timing } from './leases.ts';
import { type Tallied, tallied, talliedDynamo, talliedSqs } from './tally.ts';

/** The sweep and the workers of a deployment, each with a count of what it asks of AWS. */
export interface Refreshers {
  /** One sweep, as each minute begins. */
  readonly sweep: () => Promise<void>;
  /** Works off every message that waits, by several instances. */
  readonly workOff: () => Promise<void>;
  readonly tallies: { readonly sweep: Tallied; readonly workers: Tallied };
}

/** As the template has them. */
const [instances, messagesAtOnce, tasksAtOnce, mostWaiting] = [4, 4, 16, 10_000];

export function refreshersOf(house: House): Refreshers {
  const tallies = { sweep: tallied(), workers: tallied() };
  const dynamo = talliedDynamo(house.tables.client(), tallies.sweep);
  const { grants: table } = house.tables;
  const sweeping = {
    due: dynamoDueTasks({ client: dynamo, table }),
    queue: sqsTaskQueue({ client: talliedSqs(house.newQueue(), tallies.sweep), queueUrl: house.queueUrl }),
    ...{ mostWaiting, memory: { sent: new Map() }, clock: house.clock, audit: () => undefined },
  };
  const workers = Array.from({ length: instances }, () => workerOf(house, tallies.workers));
  return {
    sweep: () => sweep(sweeping, 'sweep'),
    workOff: async () => {
      await Promise.all(workers.map((run) => run()));
    },
    tallies,
  };
}

/** An instance: it receives until nothing comes. */
function workerOf(house: House, tally: Tallied): () => Promise<void> {
  const ports = portsOf(house, tally);
  const client = house.newQueue();
  return async () => {
    while (await workOffSome({ client, queueUrl: house.queueUrl, tally }, ports));
  };
}

interface Inbox {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly tally: Tallied;
}

/** Whether there was any. Lambda asks the queue all the time, whatever is in it: what brings nothing is no renewal's. */
async function workOffSome(
  { client, queueUrl: QueueUrl, tally }: Inbox,
  ports: RefreshPorts,
): Promise<boolean> {
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: messagesAtOnce });
  const { Messages: received = [] } = await client.send(receive);
  if (received.length === 0) return false;
  for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessageBatch']) tally.count(action);
  const messages = received.map(({ Body: body = '' }) => readTaskMessage(body) ?? { tasks: [] });
  const until = after(ports.clock(), 30);
  const worked = await work({ ...ports, atOnce: tasksAtOnce, until }, messages, 'work');
  if (worked.includes('again')) throw new Error('a message could not be worked off');
  const Entries = received.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  return true;
}

/** Of machines' tasks, which no identity provider is asked about and nobody is told of. */
function portsOf({ tables, clock }: House, tally: Tallied): RefreshPorts {
  const client = talliedDynamo(tables.client(), tally);
  const { registry } = dynamoRegistry({ client, table: tables.registry, clock });
  const grants = dynamoGrants({ client, table: tables.grants });
  const nobody = (): Promise<never> => Promise.reject(new Error('nobody is to be asked or told'));
  return {
    tasks: dynamoTasks({ client, table: tables.grants }),
    confirm: taskConfirmation({
      ...{ issuer: 'https://auth.example.com' as Issuer, registry, grants, people: undefined },
    }),
    providers: { admit: nobody, answered: nobody, failed: nobody },
    ...{ grants, events: { tell: nobody }, timing, leaseSeconds: 300, clock },
    ...{ random: systemRandom, audit: () => undefined },
  };
}
