import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { at } from '../support/exchanging.ts';
import { eventsSince } from '../support/people.ts';
import { endIn, hour, minute, type Opened, startTasking } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startTasking());

/** What a pull is told, but for the time. */
async function told(task: Opened): Promise<readonly unknown[]> {
  const answer = await house.ask(task, 'token');
  return [answer.status, answer.body['error'], endIn(answer)];
}

const over = (end: object): readonly unknown[] => [400, 'invalid_grant', end];

describe('a task ends, and says why', () => {
  verifies('vestibule:task-ends', 'when it is completed, once and for good', async () => {
    const task = await house.task({ resource: house.demo });
    const from = house.log.length;
    const { status, body } = await house.ask(task, 'complete');
    expect([status, body['status'], body['task_end']]).toEqual([
      ...[200, 'over', { reason: 'completed', at: expect.any(Number) as number }],
    ]);
    expect((await house.ask(task, 'complete')).status).toBe(200);
    expect(await told(task)).toEqual(over({ reason: 'completed' }));
    for (const what of ['heartbeat', 'extend', 'revoke'] as const) {
      const refused = await house.ask(task, what, { ceiling: String(hour) });
      expect([what, refused.status, refused.body['task_end']]).toEqual([what, 400, body['task_end']]);
    }
    const shown = await house.status(task);
    expect([shown.status, shown.body['status'], shown.body['task_end']]).toEqual([
      200,
      'over',
      body['task_end'],
    ]);
    expect(eventsSince(house, from).filter(({ event }) => event === 'task_ended')).toEqual([
      expect.objectContaining({ taskId: task.id, reason: 'completed', by: 'client/planner-client' }),
    ]);
  });

  verifies('vestibule:task-ends', 'when its client revokes it, and its tokens with it', async () => {
    const task = await house.task({ resource: at.reports, scope: 'reports:read' });
    const token = String((await house.ask(task, 'token')).body['access_token']);
    expect(await house.isActive(token, 'reports-server')).toBe(true);
    expect((await house.ask(task, 'revoke')).status).toBe(200);
    expect((await house.ask(task, 'revoke')).status).toBe(200);
    expect(await told(task)).toEqual(over({ reason: 'revoked', detail: 'by its client' }));
    expect(await house.isActive(token, 'reports-server')).toBe(false);
  });

  verifies('vestibule:task-ends', 'at its ceiling, which no token outlives', async () => {
    const task = await house.task({ resource: house.demo, ceiling: String(20 * minute) });
    house.run.clock.advance(10 * minute);
    const { body } = await house.ask(task, 'token');
    const { exp, iat } = decodeJwt(String(body['access_token']));
    expect([exp, body['expires_in']]).toEqual([task.body['ceiling_at'], Number(exp) - Number(iat)]);
    house.run.clock.advance(10 * minute);
    expect(await told(task)).toEqual(over({ reason: 'ceiling_reached' }));
  });

  verifies('vestibule:task-ends', 'when nothing is heard of it, and not while something is', async () => {
    const asked = { resource: house.demo, heartbeat_interval: String(5 * minute) };
    const [silent, heard] = [await house.task(asked), await house.task(asked)];
    house.run.clock.advance(4 * minute);
    const beat = await house.ask(heard, 'heartbeat');
    expect([beat.status, beat.body['heartbeat_interval']]).toEqual([200, 300]);
    house.run.clock.advance(6 * minute);
    expect(await told(silent)).toEqual(over({ reason: 'heartbeat_lost' }));
    expect((await house.ask(silent, 'heartbeat')).status).toBe(400);
    expect((await house.ask(heard, 'token')).status).toBe(200);
  });

  verifies(
    ['vestibule:task-ends', 'vestibule:task-policy'],
    'when its agent is disabled, within five seconds and though it is enabled again',
    async () => {
      const task = await house.task({ resource: house.demo }, 'analyst-client');
      await house.client.admin('POST', 'agents/analyst/disable');
      house.client.letCachesExpire();
      expect(await told(task)).toEqual(over({ reason: 'agent_disabled', detail: 'agent_disabled' }));
      const { status, body } = await house.open({ resource: house.demo }, 'analyst-client');
      expect([status, body['error']]).toEqual([400, 'unauthorized_client']);
      await house.client.admin('POST', 'agents/analyst/enable');
      house.client.letCachesExpire();
      expect(await told(task)).toEqual(over({ reason: 'agent_disabled', detail: 'agent_disabled' }));
    },
  );

  verifies('vestibule:task-policy', 'when policy has nothing left for it', async () => {
    const { client } = house;
    const catalogue = [{ resource: 'safe', optional: ['look'] }];
    await client.register('agents', { id: 'porter', owner: 'team', catalogue, tasks: { maximum_hours: 1 } });
    const made = await client.register('clients', {
      ...{ client_id: 'porter-client', agent_id: 'porter', token_endpoint_auth_method: 'client_secret_post' },
    });
    const proof = { client_id: 'porter-client', client_secret: String(made['client_secret']) };
    const post = async (path: string, form: Readonly<Record<string, string>>) =>
      client.send(path, { method: 'POST', body: new URLSearchParams({ ...proof, ...form }) });
    const opened = await post('/tasks', { purpose: 'Look', scope: 'look' });
    const { access_token: opaque, scope } = opened.body['token'] as Readonly<Record<string, string>>;
    expect([opened.status, scope, opaque?.slice(0, 4)]).toEqual([201, 'look', 'vat_']);
    await client.admin('PUT', 'agents/porter', {
      id: 'porter',
      owner: 'team',
      catalogue: [],
      tasks: { maximum_hours: 1 },
    });
    client.letCachesExpire();
    const { task_id: id, handle } = opened.body as Readonly<Record<string, string>>;
    const answer = await post(`/tasks/${String(id)}/token`, { handle: String(handle) });
    expect([answer.status, endIn(answer)]).toEqual([
      ...[400, { reason: 'policy', detail: 'resource_not_available' }],
    ]);
  });

  verifies(
    'vestibule:task-ends',
    'and gives nothing while nobody can find out whether it may go on',
    async () => {
      const task = await house.task({ resource: house.demo, ceiling: String(10 * hour) });
      house.run.clock.advance(hour + 10 * minute);
      house.run.cloud.faults.add('dynamodb:UpdateItem~Tasks=down@1-');
      const { body } = await house.ask(task, 'token');
      expect(body['expires_in']).toBeLessThanOrEqual(5 * minute);
      house.run.clock.advance(6 * minute);
      const { status, body: later, headers } = await house.ask(task, 'token');
      expect([status, later['error']]).toEqual([503, 'temporarily_unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await house.status(task)).body['status']).toBe('running');
      house.run.cloud.faults.clear();
      const again = await house.ask(task, 'token');
      expect([again.status, again.body['expires_in']]).toEqual([200, 15 * minute]);
    },
  );
});

describe('the end of a task is moved', () => {
  verifies(
    'vestibule:task-extend',
    'as far as policy lets it go on from its opening, and never back',
    async () => {
      const task = await house.task({ resource: house.demo, ceiling: String(hour) });
      const openedAt = Number(task.body['opened_at']);
      house.run.clock.advance(30 * minute);
      const from = house.log.length;
      const { status, body } = await house.ask(task, 'extend', { ceiling: String(2 * hour) });
      expect(status).toBe(200);
      const ceiling = Number(body['ceiling_at']);
      expect(Math.abs(ceiling - house.seconds() - 2 * hour)).toBeLessThanOrEqual(60);
      expect(eventsSince(house, from)).toEqual([
        expect.objectContaining({ event: 'task_extended', taskId: task.id, ceiling }),
      ]);
      const beyond = await house.ask(task, 'extend', { ceiling: String(72 * hour) });
      const left = /: (\d+)$/.exec(String(beyond.body['error_description']))?.[1];
      expect([beyond.status, beyond.body['error']]).toEqual([400, 'invalid_request']);
      expect(Math.abs(Number(left) - (openedAt + 72 * hour - house.seconds()))).toBeLessThanOrEqual(60);
      const back = await house.ask(task, 'extend', { ceiling: String(hour) });
      expect([back.status, String(back.body['error_description'])]).toEqual([
        400,
        expect.stringMatching(/ends already/),
      ]);
      const none = await house.ask(task, 'extend');
      expect([none.status, String(none.body['error_description'])]).toEqual([
        400,
        expect.stringMatching(/^ceiling is missing/),
      ]);
    },
  );

  verifies('vestibule:task-extend', 'by no agent whose tasks are not extended', async () => {
    const task = await house.task({ resource: house.demo, ceiling: String(hour) }, 'analyst-client');
    const { status, body } = await house.ask(task, 'extend', { ceiling: String(2 * hour) });
    expect([status, body['error']]).toEqual([400, 'unauthorized_client']);
  });
});
