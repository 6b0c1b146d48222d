import { randomBytes, randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { decodeJwt } from 'jose';
import { dynamoTasks } from '../../../lambdas/adapters/dynamodb/tasks.ts';
import type { StoredTask, TaskEnd, Tasks } from '../../../lambdas/ports/tasks.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type { AgentId, ClientId, ResourceUri, TaskId } from '../../../lambdas/runtime/identifiers.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import { ownSignatures } from './own-signatures.ts';

/** The planner opens tasks, and reads the reports of the chain itself. */
export function withTasks(config: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    agents: config.agents.map((agent) =>
      agent.id === 'planner'
        ? {
            ...agent,
            scopes: { ...agent.scopes, reports: { optional: ['reports:read', 'reports:write'] } },
            tasks: { maximumHours: 72 },
          }
        : agent,
    ),
  };
}

/** Tasks at a running deployment, in the hands of someone who may write its table and sign with its keys. */
export interface TaskTokens {
  /** The ids of a new task of the planner, which comes last, and of so many above it. */
  readonly opened: (above?: number, clientId?: string) => Promise<readonly TaskId[]>;
  /** The same token, as one of these tasks. */
  readonly of: (tasks: readonly TaskId[], token: string) => Promise<string>;
  readonly end: (id: TaskId | undefined, reason?: TaskEnd['reason']) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function taskTokensAt(deployment: TestDeployment): TaskTokens {
  const { run, operator } = deployment;
  const signatures = ownSignatures(deployment);
  const dynamo = new DynamoDBClient({
    ...{ endpoint: run.cloud.endpoint, region: 'us-east-1', credentials: operator },
  });
  const table = run.resources.find(({ logicalId }) => logicalId.startsWith('VestibuleGrantsTable'))!;
  const tasks: Tasks = dynamoTasks({ client: dynamo, table: table.physicalId });
  const now = (): Instant => instant(Math.floor(run.clock.now() / 1_000));
  return {
    opened: async (above = 0, clientId = 'planner-client') => {
      const ids = Array.from({ length: above + 1 }, () => randomBytes(16).toString('base64url') as TaskId);
      for (const [index, id] of ids.entries()) {
        await tasks.open(aTask(id, clientId as ClientId, ids.slice(0, index), now()));
      }
      return ids;
    },
    of: (chain, token) =>
      signatures.accessToken({ ...decodeJwt(token), jti: randomUUID(), task_chain: chain }),
    end: async (id, reason = 'completed') => {
      const { kind } = await tasks.end(id ?? ('' as TaskId), { at: now(), reason }, randomUUID());
      if (kind !== 'written') throw new Error(`the task is ${kind}`);
    },
    stop: () => {
      signatures.stop();
      dynamo.destroy();
      return Promise.resolve();
    },
  };
}

function aTask(id: TaskId, clientId: ClientId, ancestors: readonly TaskId[], now: Instant): StoredTask {
  return {
    terms: {
      ...{ id, clientId, agentId: 'planner' as AgentId, purpose: 'Read all reports' },
      access: [{ resource: 'https://mcp.example.com/mcp' as ResourceUri, scope: [] }],
      ...{ basis: { kind: 'agent' }, delivery: { kind: 'pull' }, ancestors, openedAt: now },
    },
    ...{ handleDigest: randomUUID(), ceiling: after(now, 86_400), lastHeartbeatAt: now, confirmedAt: now },
    ...{ goodUntil: after(now, 7_200), dueAt: after(now, 2_400), version: 0, children: [] },
  };
}
