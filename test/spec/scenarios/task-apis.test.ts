import { afterEach, describe, expect } from 'vitest';
import { newDpopKey } from '../../support/dpop-key.ts';
import { refused } from '../../support/played-exchanges.ts';
import { type ApiTask, filesUri, startApiTasks } from '../support/api-tasks.ts';
import { eventsSince } from '../support/people.ts';
import { withProofs } from '../support/task-holder.ts';
import { endIn } from '../support/tasking.ts';
import { forThisFile, mend } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(startApiTasks);
afterEach(() => {
  house.exchanges.play();
  mend(house.company);
});

/** A task under tokens that live for an hour, the first of which was just got. */
async function anHourAtATime(): Promise<ApiTask> {
  house.exchanges.play(() => house.exchanges.give({ expires_in: 3_600, scope: 'files.read' }));
  house.company.run.clock.advance(400);
  return house.task();
}

describe('a task on an API behind an identity provider', () => {
  verifies('vestibule:task-api', 'opens with the token of its provider, as it is', async () => {
    const from = house.company.log.length;
    const { id, body } = await house.task();
    expect(body).toMatchObject({ access: [{ resource: filesUri, scope: 'read' }] });
    expect(body['token']).toMatchObject({
      ...{ access_token: house.exchanges.given.at(-1), token_type: 'Bearer', scope: 'read' },
      ...{ resource: filesUri, task_id: id },
    });
    expect(eventsSince(house.company, from).find(({ event }) => event === 'task_opened')).not.toHaveProperty(
      'jti',
    );
  });

  verifies('vestibule:task-api', 'has the token for no longer than it goes on', async () => {
    const { body } = await house.pull(await house.task({ ceiling: '100' }));
    expect(Number(body['expires_in'])).toBeLessThanOrEqual(100);
  });

  verifies('vestibule:task-api', 'has its pulls in the audit trail, by its id', async () => {
    const task = await house.task();
    const from = house.company.log.length;
    expect((await house.pull(task)).status).toBe(200);
    expect(eventsSince(house.company, from)).toMatchObject([
      { event: 'api_token_given', api: 'files', agentId: 'planner', taskId: task.id, scope: 'read' },
    ]);
  });

  verifies(
    'vestibule:task-api',
    'is refused no token for three lives of those of its provider, and waits for none: they are got anew ahead',
    async () => {
      const task = await house.task();
      const before = house.exchanges.requests.length;
      const tokens = new Set<unknown>();
      const atPulls: number[] = [];
      await house.strides(12, 60, async () => {
        const asked = house.exchanges.requests.length;
        const { status, body } = await house.pull(task);
        expect(status).toBe(200);
        expect(Number(body['expires_in'])).toBeGreaterThanOrEqual(60);
        tokens.add(body['access_token']);
        atPulls.push(house.exchanges.requests.length - asked);
      });
      expect(Math.max(...atPulls)).toBe(0);
      expect(tokens.size).toBeGreaterThanOrEqual(3);
      // Of a life of 300 seconds, 240 are given, and three fifths of those are over before another one is asked for.
      expect(house.exchanges.requests.length - before).toBeLessThanOrEqual(6);
    },
    240_000,
  );

  verifies(
    'vestibule:task-api',
    'is refused no token in three hours under tokens of one, of a provider that gives no refresh token',
    async () => {
      const task = await anHourAtATime();
      const before = house.exchanges.requests.length;
      const tokens = new Set<unknown>();
      await house.strides(18, 600, async () => {
        const asked = house.exchanges.requests.length;
        const { status, body } = await house.pull(task);
        tokens.add(body['access_token']);
        expect([status, house.exchanges.requests.length - asked]).toEqual([200, 0]);
        expect(body['minimum_expires_in']).toBe(60);
        // Three fifths of its life are over at most, and what is left until a refresher comes round.
        expect(Number(body['expires_in'])).toBeGreaterThan(600);
      });
      expect(tokens.size).toBeGreaterThanOrEqual(4);
      expect(house.exchanges.requests.length - before).toBeLessThanOrEqual(5);
    },
    240_000,
  );

  verifies(
    'vestibule:task-api',
    'rides on while its provider is down for twenty minutes',
    async () => {
      const task = await anHourAtATime();
      house.exchanges.play(() => 'hang up');
      await house.strides(4, 300, async () => {
        expect((await house.pull(task)).status).toBe(200);
      });
      expect(await house.status(task)).toMatchObject({ status: 'running' });
      house.exchanges.play();
      await house.strides(8, 300);
      const { status } = await house.pull(task);
      expect([status, (await house.status(task))['failing']]).toEqual([200, undefined]);
    },
    240_000,
  );

  verifies(
    'vestibule:task-api',
    'is over once its provider has been down for longer than the grace, and until then says when to come again',
    async () => {
      const task = await anHourAtATime();
      house.exchanges.play(() => 'hang up');
      await house.strides(5, 600, async () => {
        expect((await house.pull(task)).status).toBe(200);
      });
      // What was got is over; the right of the task to another one is not.
      await house.strides(2, 600);
      const from = house.company.log.length;
      const { status, body, headers } = await house.pull(task);
      expect([status, body['error']]).toEqual([503, 'temporarily_unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      await house.strides(5, 600);
      const over = await house.pull(task);
      expect([over.status, over.body['error']]).toEqual([400, 'invalid_grant']);
      expect(endIn(over)).toEqual({ reason: 'idp_unreachable', detail: 'identity provider demo' });
      expect(eventsSince(house.company, from)).toContainEqual(
        expect.objectContaining({ event: 'task_renewal_failed', taskId: task.id, idp: 'demo' }),
      );
    },
    240_000,
  );

  verifies('vestibule:task-api', 'has one below it, which gets the tokens too', async () => {
    const above = await house.task();
    const below = await house.task({ parent_handle: above.handle });
    expect((await house.pull(below)).body).toMatchObject({ resource: filesUri, scope: 'read' });
  });

  verifies('vestibule:task-api', 'is over once an operator has disabled the API', async () => {
    const task = await house.task();
    await house.client.admin('POST', 'apis/files/disable');
    house.client.letCachesExpire();
    const over = await house.pull(task);
    await house.client.admin('POST', 'apis/files/enable');
    house.client.letCachesExpire();
    expect([over.status, endIn(over)['reason']]).toEqual([400, 'policy']);
    expect((await house.pull(task)).status).toBe(400);
  });

  verifies(
    'vestibule:task-api',
    'is over, in words, once its provider gives such tokens to nobody any more',
    async () => {
      const task = await house.task();
      house.exchanges.play(() => refused('unauthorized_client'));
      await house.strides(2, 300);
      const { status, body } = await house.pull(task);
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
      expect(endIn({ body })).toMatchObject({
        reason: 'policy',
        detail: expect.stringMatching(/API files: .*Let the client vestibule get tokens as itself/) as string,
      });
    },
    240_000,
  );

  verifies(
    'vestibule:task-api',
    'goes on while the credentials of the deployment are to be mended, and says so',
    async () => {
      const task = await house.task();
      house.exchanges.play(() => refused('invalid_client', {}, 401));
      await house.strides(1, 300);
      const failing = (await house.status(task))['failing'];
      expect(failing).toMatchObject({
        reason: expect.stringMatching(/Put the secret of the client/) as string,
      });
      const { status, body } = await house.pull(task);
      expect([status, body['error']]).toEqual([400, 'invalid_target']);
      house.exchanges.play();
      await house.strides(2, 300);
      expect((await house.pull(task)).status).toBe(200);
      house.exchanges.play(() => refused('invalid_client', {}, 401));
      await house.strides(9, 600);
      expect(endIn(await house.pull(task))).toEqual({
        reason: 'idp_unreachable',
        detail: expect.stringMatching(/Put the secret of the client/) as string,
      });
    },
    240_000,
  );
});

describe('no task is opened on an API', () => {
  verifies('vestibule:task-api', 'by a client whose tokens are bound to a key', async () => {
    const from = house.company.log.length;
    const { status, body } = await withProofs(house)(await newDpopKey(), {
      ...{ path: '/tasks', form: { purpose: 'File', resource: filesUri } },
      headers: await house.as('bound-client'),
    });
    expect([status, body['error']]).toEqual([400, 'invalid_target']);
    expect(eventsSince(house.company, from).at(-1)).toMatchObject({
      ...{ event: 'task_refused', clientId: 'bound-client' },
      ...{ reason: 'exchange_refused', detail: 'client_bound' },
    });
  });

  verifies('vestibule:task-api', 'by an agent that the API does not name', async () => {
    const { status, body } = await house.open({}, 'analyst-basic');
    expect([status, body['error']]).toEqual([400, 'invalid_target']);
  });

  verifies('vestibule:task-api', 'for a scope that it does not give the agent', async () => {
    const { status, body } = await house.open({ scope: 'write' });
    expect([status, body['error']]).toEqual([400, 'invalid_scope']);
  });

  verifies('vestibule:task-api', 'to put its tokens into a secret', async () => {
    const secret = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:files-AbCdEf';
    const { status, body } = await house.open({ delivery: 'secret', secret_arn: secret });
    expect([status, body['error']]).toEqual([400, 'invalid_target']);
    expect(body['error_description']).toContain('into no secret');
  });
});
