import { CreateEventBusCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventBridgeTaskEvents } from '../../../lambdas/adapters/eventbridge/task-events.ts';
import type { TaskEvent, TaskEvents } from '../../../lambdas/ports/task-work.ts';
import { endedTold } from '../../../lambdas/tasks/told.ts';
import { aTask, openedAt } from '../../unit/tasks/a-task.ts';
import { type ContractTarget, startContractTarget } from './target.ts';

let target: ContractTarget;
let events: TaskEvents;
beforeAll(async () => {
  target = await startContractTarget();
  await target.eventBridge.send(new CreateEventBusCommand({ Name: 'tasks' }));
  events = eventBridgeTaskEvents({
    ...{ client: target.eventBridge, busName: 'tasks', issuer: 'https://auth.example.com' },
  });
});
afterAll(async () => {
  await target.stop();
});

const ended = endedTold(aTask(), { at: openedAt, reason: 'revoked' });

/** One that no bus takes: it has no kind. */
const { id, at, taskId, agentId, clientId, purpose, ceiling } = ended;
const ofTask = { id, at, taskId, agentId, clientId, purpose, ceiling };
const refused: TaskEvent = { event: '' as 'TaskEnded', ...ofTask, reason: 'revoked' };

describe('an event bus that is told of tasks', () => {
  it('takes more events than one call does', async () => {
    await expect(events.tell(Array.from({ length: 25 }, () => ended))).resolves.toBeUndefined();
  });

  it.each([
    ['the only one', [refused]],
    ['one of several', [ended, refused, ended]],
    ['the last of many', [...Array.from({ length: 10 }, () => ended), refused]],
  ])('has not been told where it did not take %s, though the call was answered', async (_which, several) => {
    const told = events.tell(several);
    await expect(told).rejects.toMatchObject({ name: 'DependencyUnavailable', dependency: 'EventBridge' });
    await expect(told).rejects.toHaveProperty(
      'cause.message',
      expect.stringMatching(/^it did not take 1 of \d+ events$/),
    );
  });
});
