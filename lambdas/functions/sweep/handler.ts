import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoDueKeptGrants } from '../../adapters/dynamodb/due-kept-grants.ts';
import { dynamoDueTasks } from '../../adapters/dynamodb/due-tasks.ts';
import { sqsTaskQueue } from '../../adapters/sqs/task-queue.ts';
import type { DueKeptGrants } from '../../ports/kept-grants.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import { sweep, sweepKept, type SweepPorts } from '../../tasks/sweep.ts';
import { sweepEnvironment } from './environment.ts';

const environment = readEnvironment(sweepEnvironment);
const client = new DynamoDBClient(clientDefaults);

const shared = {
  queue: sqsTaskQueue({ client: new SQSClient(clientDefaults), queueUrl: environment.TASK_QUEUE }),
  // A hundred thousand tasks, which is what the workers do in a minute where all are machines'.
  mostWaiting: 10_000,
  clock: systemClock,
  audit,
};

const ports: SweepPorts = {
  ...shared,
  due: dynamoDueTasks({ client, table: environment.GRANTS_TABLE }),
  memory: { sent: new Map() },
};

const kept: SweepPorts<DueKeptGrants> | undefined =
  environment.VAULT_TABLE === 'none'
    ? undefined
    : {
        ...shared,
        due: dynamoDueKeptGrants({ client, table: environment.VAULT_TABLE }),
        memory: { sent: new Map() },
      };

/** Tasks first: what is kept of people fills what is left of the queue. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  try {
    await sweep(ports, context.awsRequestId);
  } finally {
    if (kept !== undefined) await sweepKept(kept, context.awsRequestId);
  }
}
