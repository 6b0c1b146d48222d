import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDueTasks } from '../../../lambdas/adapters/dynamodb/due-tasks.ts';
import { dynamoEnds } from '../../../lambdas/adapters/dynamodb/ends.ts';
import { dynamoRunningTasks } from '../../../lambdas/adapters/dynamodb/running-tasks.ts';
import { dynamoTasks } from '../../../lambdas/adapters/dynamodb/tasks.ts';
import { dynamoTokenStandings } from '../../../lambdas/adapters/dynamodb/token-standings.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { describeDueTasks } from './due-tasks.ts';
import { getThenPutTasks } from './planted-tasks.ts';
import { describeRunningTasks } from './running-tasks.ts';
import { describeTaskLeases, expectHeartbeatBesideRenewal, expectOneTaskLease } from './task-leases.ts';
import { describeTaskStandings } from './task-standings.ts';
import { describeTasks, expectExactlyTheMostChildren, expectOneEnd } from './tasks.ts';
import { unrulyNetwork } from './unruly-network.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(async () => {
  await tables.stop();
});

const slowest = 50;

function tasksSubject() {
  const network = unrulyNetwork(tables, slowest);
  const { client } = network;
  return { tasks: dynamoTasks({ client, table: tables.grants }), client, network };
}

describe('DynamoDB', () => {
  describeTasks(() => {
    const { client, ...rest } = tasksSubject();
    return { ...rest, ends: dynamoEnds({ client, table: tables.grants }) };
  });

  describeTaskLeases(() => tasksSubject());

  describeTaskStandings(() => {
    const { client, ...rest } = tasksSubject();
    const { registry, grants } = tables;
    return { ...rest, standings: dynamoTokenStandings({ client, registry, grants }) };
  });

  describeDueTasks(() => {
    const { client, tasks } = tasksSubject();
    return { tasks, due: dynamoDueTasks({ client, table: tables.grants }) };
  });

  describeRunningTasks(() => {
    const { client, tasks } = tasksSubject();
    return { tasks, running: dynamoRunningTasks({ client, table: tables.grants }) };
  });
});

describe('the contract of tasks', () => {
  it.each([
    ['ends', expectOneEnd, /to have a length of 1/],
    ['adds children', expectExactlyTheMostChildren, /to have a length of 64/],
    ['leases', expectOneTaskLease, /to have a length of \+0/],
    ['notes a heartbeat', expectHeartbeatBesideRenewal, /to deeply equal/],
  ])('finds out a store that reads before it writes when it %s', async (_what, expectIt, broken) => {
    const network = unrulyNetwork(tables, slowest);
    const tasks = getThenPutTasks(network.client, tables.grants);
    await expect(expectIt({ tasks, network })).rejects.toThrow(broken);
  });
});
