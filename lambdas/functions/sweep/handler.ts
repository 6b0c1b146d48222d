import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { clientDefaults } from '../../adapters/aws.ts';
import { dynamoDueTasks } from '../../adapters/dynamodb/due-tasks.ts';
import { sqsTaskQueue } from '../../adapters/sqs/task-queue.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import { sweep, type SweepPorts } from '../../tasks/sweep.ts';
import { sweepEnvironment } from './environment.ts';

const environment = readEnvironment(sweepEnvironment);

const ports: SweepPorts = {
  due: dynamoDueTasks({ client: new DynamoDBClient(clientDefaults), table: environment.GRANTS_TABLE }),
  queue: sqsTaskQueue({ client: new SQSClient(clientDefaults), queueUrl: environment.TASK_QUEUE }),
  // A hundred thousand tasks, which is what the workers do in a minute where all are machines'.
  mostWaiting: 10_000,
  memory: { sent: new Map() },
  clock: systemClock,
  audit,
};

export async function handler(_event: unknown, context: Context): Promise<void> {
  await sweep(ports, context.awsRequestId);
}
