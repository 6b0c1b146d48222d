import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoTasks } from '../../../lambdas/adapters/dynamodb/tasks.ts';
import type { StoredTask, Tasks } from '../../../lambdas/ports/tasks.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import { aTask } from '../../unit/tasks/a-task.ts';

/** The planner may open tasks. */
export function plannerHasTasks(config: VestibuleConfig): VestibuleConfig {
  const agents = config.agents.map((agent) =>
    agent.id === 'planner' ? { ...agent, tasks: { maximumHours: 72 } } : agent,
  );
  return { ...config, agents };
}

export interface PlantedTasks {
  readonly tasks: Tasks;
  readonly now: () => Instant;
  /** A task of three hours that was opened ten minutes ago. */
  readonly plant: (...given: Parameters<typeof aTask>) => Promise<StoredTask>;
  readonly stop: () => void;
}

/** Tasks at a running deployment, in the hands of someone who may write its table. */
export function plantedTasksAt({ run, operator }: TestDeployment): PlantedTasks {
  const access = { endpoint: run.cloud.endpoint, region: 'us-east-1', credentials: operator };
  const client = new DynamoDBClient(access);
  const table = run.resources.find(({ logicalId }) => logicalId.startsWith('VestibuleGrantsTable'))!;
  const tasks = dynamoTasks({ client, table: table.physicalId });
  const now = (): Instant => instant(Math.floor(run.clock.now() / 1_000));
  return {
    ...{ tasks, now },
    plant: async ({ terms, ...state } = {}) => {
      const openedAt = after(now(), -600);
      const task = aTask({
        ...{ confirmedAt: openedAt, lastHeartbeatAt: openedAt, ceiling: after(openedAt, 10_800) },
        ...{ goodUntil: after(openedAt, 4_500), dueAt: after(openedAt, 1_500), ...state },
        terms: { id: randomBytes(16).toString('base64url') as TaskId, openedAt, ...terms },
      });
      await tasks.open(task);
      return task;
    },
    stop: () => {
      client.destroy();
    },
  };
}
