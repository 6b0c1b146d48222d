import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { at } from '../support/exchanging.ts';
import { endIn, hour, minute, type Opened, startTasking } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startTasking());

const below = (task: Opened, form: Readonly<Record<string, string>> = {}): Promise<Opened> =>
  house.task({ parent_handle: task.handle, ...form }, task.clientId);

async function told(task: Opened): Promise<readonly unknown[]> {
  const answer = await house.ask(task, 'token');
  return [answer.status, endIn(answer)];
}

describe('a task below another', () => {
  verifies('vestibule:task-children', 'has what that has or less, and names it in its tokens', async () => {
    const wide = await house.open([
      ...([
        ['purpose', 'Scan'],
        ['resource', house.demo],
        ['resource', at.reports],
      ] as const),
      ...([
        ['scope', 'tools:read tools:write reports:read'],
        ['ceiling', String(2 * hour)],
      ] as const),
    ]);
    const { task_id: id, handle } = wide.body as Readonly<Record<string, string>>;
    const root = { id: String(id), handle: String(handle), clientId: 'planner-client', body: wide.body };
    const same = await below(root);
    expect(same.body).toMatchObject({
      ...{ access: wide.body['access'], parent_task_id: root.id, ceiling_at: wide.body['ceiling_at'] },
    });
    const narrow = await below(root, { resource: house.demo, scope: 'tools:read', ceiling: String(hour) });
    expect(narrow.body['access']).toEqual([{ resource: house.demo, scope: 'tools:read' }]);
    const { body } = await house.ask(narrow, 'token');
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      ...{ scope: 'tools:read', task_chain: [root.id, narrow.id] },
    });
    for (const [form, error] of [
      [{ parent_handle: narrow.handle, scope: 'tools:write' }, 'invalid_scope'],
      [{ parent_handle: narrow.handle, resource: at.reports }, 'invalid_target'],
      [{ parent_handle: narrow.handle, ceiling: String(hour + minute) }, 'invalid_request'],
    ] as const) {
      const refused = await house.open(form);
      expect([form, refused.status, refused.body['error']]).toEqual([form, 400, error]);
    }
  });

  verifies('vestibule:task-children', 'ends with each of those above it, for their reason', async () => {
    const root = await house.task({ resource: house.demo });
    const child = await below(root);
    const grandchild = await below(child);
    const great = await below(grandchild);
    const tooDeep = await house.open({ parent_handle: great.handle });
    expect([tooDeep.status, tooDeep.body['error_description']]).toEqual([
      400,
      'three tasks are above the new one at most',
    ]);
    const token = String((await house.ask(great, 'token')).body['access_token']);
    expect(decodeJwt(token)['task_chain']).toEqual([root.id, child.id, grandchild.id, great.id]);
    expect((await house.ask(child, 'complete')).status).toBe(200);
    expect(await told(great)).toEqual([400, { reason: 'completed', of: child.id }]);
    expect(await told(grandchild)).toEqual([400, { reason: 'completed', of: child.id }]);
    expect((await house.ask(root, 'token')).status).toBe(200);
    const late = await house.open({ parent_handle: grandchild.handle });
    expect([late.status, late.body['task_end']]).toEqual([400, expect.objectContaining({ of: child.id })]);
  });

  verifies('vestibule:task-children', 'ends with the ceiling and the silence of those above it', async () => {
    const root = await house.task({ resource: house.demo, heartbeat_interval: String(10 * minute) });
    const child = await below(root);
    house.run.clock.advance(15 * minute);
    expect(await told(child)).toEqual([400, { reason: 'heartbeat_lost', of: root.id }]);
    const short = await house.task({ resource: house.demo, ceiling: String(10 * minute) });
    const own = await below(short);
    expect(own.body['ceiling_at']).toBe(short.body['ceiling_at']);
    const extended = await house.ask(own, 'extend', { ceiling: String(hour) });
    expect([extended.status, extended.body['error']]).toEqual([400, 'invalid_request']);
    house.run.clock.advance(11 * minute);
    expect((await told(own))[1]).toMatchObject({ reason: 'ceiling_reached' });
  });

  verifies(
    'vestibule:task-children',
    'works in the name of the same person, whose grant it does not end',
    async () => {
      const letIn = await house.letIn();
      const root = await house.task(house.forPerson(letIn), 'scan-desk');
      const child = await below(root, { scope: 'reports:read' });
      const { body } = await house.ask(child, 'token');
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ grant_id: letIn.grantId, scope: 'reports:read', task_chain: [root.id, child.id] },
      });
      expect((await house.ask(child, 'revoke')).status).toBe(200);
      expect((await house.ask(root, 'token')).status).toBe(200);
    },
  );

  verifies(
    'vestibule:task-children',
    'is opened by the client alone that holds the handle above it',
    async () => {
      const root = await house.task({ resource: house.demo });
      const { status, body } = await house.open({ parent_handle: root.handle }, 'analyst-client');
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
      const answers = await Promise.all(
        Array.from({ length: 70 }, () => house.open({ parent_handle: root.handle })),
      );
      expect(answers.filter((answer) => answer.status === 201)).toHaveLength(64);
      const [refused] = answers.filter((answer) => answer.status !== 201);
      expect([refused?.status, refused?.body['error']]).toEqual([400, 'invalid_request']);
    },
  );
});
