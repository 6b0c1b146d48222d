import { expect, it } from 'vitest';
import { pullToken } from '../../../lambdas/oauth/tasks/pull-token.ts';
import type { StoredTask, TaskEnd } from '../../../lambdas/ports/tasks.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { aTask, openedAt } from '../../contract/store/task-mothers.ts';
import { aClient, aResource, anAgent, issuer, registryOf } from './mothers.ts';

const task = aTask({ terms: { basis: { kind: 'agent' } } });
const stopped = anAgent({ state: 'disabled', tasks: { maximumHours: 8 } });

const timing = { tokenSeconds: 900, graceSeconds: 3_600 };

const notAsked = () => Promise.reject(new Error('the task is not late'));
const nobody = {
  ...{ timing, leaseSeconds: 300, random: systemRandom, audit: () => undefined },
  ...{ confirm: notAsked, pause: notAsked },
  tasks: { find: notAsked, lease: notAsked, settle: notAsked, end: notAsked },
  providers: { admit: notAsked, answered: notAsked, failed: notAsked },
};

/** A pull by an instance that knows the agent as disabled, so many seconds after the opening; with the ends that it writes. */
async function pulled(seconds: number) {
  const written: TaskEnd[] = [];
  const outcome = await pullToken(
    {
      ...{ issuer, people: undefined, timing, late: nobody },
      registry: registryOf({ resources: [aResource()] }),
      tasks: {
        end: (_id, end) => {
          written.push(end);
          return Promise.resolve({ kind: 'written', task: { ...task, ended: end } satisfies StoredTask });
        },
      },
      audit: () => undefined,
      issue: () => Promise.reject(new Error('nothing is to be issued')),
    },
    { task, ancestors: [], owner: { client: aClient(), agent: stopped } },
    [],
    { now: after(openedAt, seconds), requestId: 'request-1' },
  );
  return { written, outcome };
}

it('ends no task for what an instance may know from before it was opened', async () => {
  const { written, outcome } = await pulled(4);
  expect([written, outcome]).toEqual([
    [],
    { ok: false, refusal: { reason: 'task_unsettled', taskId: task.terms.id, retryAfterSeconds: 5 } },
  ]);
});

it('ends it from then on, and tells why', async () => {
  const { written, outcome } = await pulled(5);
  const end = { at: after(openedAt, 5), reason: 'agent_disabled', detail: 'agent_disabled' };
  expect(written).toEqual([end]);
  expect(outcome).toEqual({ ok: false, refusal: { reason: 'task_over', taskId: task.terms.id, end } });
});
