import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { newDpopKey } from '../../support/dpop-key.ts';
import { at } from '../support/exchanging.ts';
import { eventsSince } from '../support/people.ts';
import { withProofs } from '../support/task-holder.ts';
import { minute, type Opened, startTasking } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startTasking());
const keys = forThisFile(async () => {
  const [own, other] = [await newDpopKey(), await newDpopKey()];
  return { own, other, proven: withProofs(house), stop: () => Promise.resolve() };
});

const unknown = [400, 'invalid_grant', 'the handle is unknown, or of another client or key'];

/** A task whose handle is bound to the own key. */
async function boundTask(): Promise<Opened> {
  const { status, body, text } = await keys.proven(keys.own, {
    ...{ path: '/tasks', form: { purpose: 'Scan', resource: house.demo } },
    headers: await house.as('planner-client'),
  });
  if (status !== 201) throw new Error(`${status} ${text}`);
  return { id: String(body['task_id']), handle: String(body['handle']), clientId: 'planner-client', body };
}

describe('a handle that somebody else has', () => {
  verifies(
    'vestibule:task-handle',
    'is as good as none for another client, of the same agent too, and reported',
    async () => {
      const task = await house.task({ resource: house.demo });
      for (const thief of ['analyst-client', 'bound-client', 'reports-server']) {
        for (const what of ['token', 'heartbeat', 'complete', 'extend', 'revoke'] as const) {
          const from = house.log.length;
          const { status, body } = await house.ask(task, what, { ceiling: '60' }, thief);
          expect([status, body['error'], body['error_description']]).toEqual(unknown);
          expect(eventsSince(house, from)).toEqual([
            expect.objectContaining({
              ...{ event: 'task_handle_refused', reason: 'other_client', asked: what },
              ...{ clientId: thief, taskId: task.id },
            }),
          ]);
        }
      }
      expect((await house.status(task, 'analyst-client')).status).toBe(400);
      expect((await house.status(task)).body).toMatchObject({ status: 'running' });
      expect((await house.ask(task, 'token')).status).toBe(200);
    },
  );

  verifies('vestibule:task-handle', 'and one that is no handle, or of no task, look alike', async () => {
    const task = await house.task({ resource: house.demo });
    const other = await house.task({ resource: house.demo });
    const [id, secret] = task.handle.split('.');
    for (const handle of [
      `${String(id)}.${'x'.repeat(43)}`,
      `${'y'.repeat(22)}.${String(secret)}`,
      ...['nothing', other.handle, `${task.handle}x`],
    ]) {
      const from = house.log.length;
      const { status, body } = await house.ask({ ...task, handle }, 'token');
      expect([handle, status, body['error'], body['error_description']]).toEqual([handle, ...unknown]);
      expect(eventsSince(house, from)).toMatchObject([{ event: 'task_handle_refused', reason: 'unknown' }]);
    }
    const nowhere = await house.ask({ ...task, id: 'y'.repeat(22) }, 'token');
    expect([nowhere.status, nowhere.body['error'], nowhere.body['error_description']]).toEqual(unknown);
  });
});

describe('a handle that is bound to a key', () => {
  verifies(
    ['vestibule:task-handle', 'vestibule:task-pull'],
    'is all that its client needs, with a proof of that key for the handle and the request',
    async () => {
      const task = await boundTask();
      const path = `/tasks/${task.id}/token`;
      const ask = { path, method: 'GET', headers: { authorization: `DPoP ${task.handle}` } } as const;
      const from = house.log.length;
      const { status, body, headers } = await keys.proven(keys.own, ask, { accessToken: task.handle });
      expect([status, body['token_type'], headers.get('dpop-nonce')]).toEqual([
        200,
        'DPoP',
        expect.any(String),
      ]);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ cnf: { jkt: keys.own.jkt }, client_id: 'planner-client', task_chain: [task.id] },
      });
      expect(eventsSince(house, from).at(-1)).toMatchObject({
        ...{ event: 'token_issued', clientId: 'planner-client', taskId: task.id, jkt: keys.own.jkt },
      });
      const beat = { ...ask, path: `/tasks/${task.id}/heartbeat`, method: 'POST' as const };
      expect((await keys.proven(keys.own, beat, { accessToken: task.handle })).status).toBe(200);
      const status_ = { ...ask, path: `/tasks/${task.id}` };
      expect((await keys.proven(keys.own, status_, { accessToken: task.handle })).body).toMatchObject({
        status: 'running',
      });
    },
  );

  verifies(
    'vestibule:task-handle',
    'is worth nothing with another key, or with a proof that was made for anything else',
    async () => {
      const task = await boundTask();
      const path = `/tasks/${task.id}/token`;
      const authorization = `DPoP ${task.handle}`;
      const ask = { path, method: 'GET', headers: { authorization } } as const;
      const accessToken = task.handle;
      const from = house.log.length;
      const stolen = await keys.proven(keys.other, ask, { accessToken });
      expect([stolen.status, stolen.body['error'], stolen.body['error_description']]).toEqual(unknown);
      expect(eventsSince(house, from).at(-1)).toMatchObject({
        ...{ event: 'task_handle_refused', reason: 'other_key', taskId: task.id },
      });
      for (const wish of [
        {},
        { accessToken: 'another' },
        { accessToken, method: 'POST' },
        { accessToken, url: `${house.issuer}/token` },
        { accessToken, at: house.seconds() - 10 * minute },
      ]) {
        const { status, body } = await keys.proven(keys.own, ask, wish);
        expect([wish, status, body['error']]).toEqual([wish, 400, 'invalid_dpop_proof']);
      }
      const bare = await house.client.get(path, { authorization });
      expect([bare.status, bare.body['error']]).toEqual([400, 'invalid_dpop_proof']);
      const bearer = await house.client.get(path, { authorization: `Bearer ${task.handle}` });
      expect([bearer.status, bearer.body['error']]).toEqual([401, 'invalid_client']);
      const nonceless = await house.client.get(path, {
        authorization,
        dpop: await keys.own.prove({
          method: 'GET',
          url: `${house.issuer}${path}`,
          at: house.seconds(),
          accessToken,
        }),
      });
      expect([nonceless.status, nonceless.body['error']]).toEqual([400, 'use_dpop_nonce']);
    },
  );

  verifies(
    'vestibule:task-handle',
    'takes a proof once, and its client with its secret needs one too',
    async () => {
      const task = await boundTask();
      const path = `/tasks/${task.id}/token`;
      const ask = { path, method: 'GET', headers: { authorization: `DPoP ${task.handle}` } } as const;
      const wish = { accessToken: task.handle, claims: { jti: 'the-same' } };
      expect((await keys.proven(keys.own, ask, wish)).status).toBe(200);
      const again = await keys.proven(keys.own, ask, wish);
      expect([again.status, again.body['error']]).toEqual([400, 'invalid_dpop_proof']);
      const without = await house.ask(task, 'token');
      expect([without.status, without.body['error']]).toEqual([400, 'invalid_dpop_proof']);
      const form = { path, form: { handle: task.handle }, headers: await house.as('planner-client') };
      expect((await keys.proven(keys.own, form)).body['token_type']).toBe('DPoP');
      const stolen = await keys.proven(keys.other, form);
      expect([stolen.status, stolen.body['error'], stolen.body['error_description']]).toEqual(unknown);
    },
  );

  verifies('vestibule:task-handle', 'of nothing is not enough by itself', async () => {
    const task = await house.task({ resource: house.demo });
    const ask = {
      path: `/tasks/${task.id}/token`,
      method: 'GET',
      headers: { authorization: `DPoP ${task.handle}` },
    } as const;
    const { status, body } = await keys.proven(keys.own, ask, { accessToken: task.handle });
    expect([status, body['error']]).toEqual([401, 'invalid_client']);
  });
});

describe('a task at several resources', () => {
  verifies(
    ['vestibule:task-open', 'vestibule:task-pull'],
    'gives the token of the one that is named, by GET too',
    async () => {
      const opened = await house.open([
        ...([
          ['purpose', 'Scan'],
          ['resource', house.demo],
          ['resource', at.reports],
        ] as const),
        ['scope', 'tools:read reports:write'],
      ]);
      expect([opened.status, opened.body['access']]).toEqual([
        ...[
          201,
          [
            { resource: house.demo, scope: 'tools:read' },
            { resource: at.reports, scope: 'reports:write' },
          ],
        ],
      ]);
      const headers = {
        ...(await house.as('planner-client')),
        'vestibule-task-handle': String(opened.body['handle']),
      };
      const path = `/tasks/${String(opened.body['task_id'])}/token`;
      const { status, body } = await house.client.get(
        `${path}?resource=${encodeURIComponent(at.reports)}`,
        headers,
      );
      expect([status, body['resource'], body['scope']]).toEqual([200, at.reports, 'reports:write']);
      expect(decodeJwt(String(body['access_token'])).aud).toBe(at.reports);
      const none = await house.client.get(path, headers);
      expect([none.status, none.body['error']]).toEqual([400, 'invalid_target']);
    },
  );
});

describe('what is said of tasks anywhere', () => {
  verifies('vestibule:task-handle', 'has no handle and no token in it', () => {
    const log = house.log.join('\n');
    expect(log).toContain('task_opened');
    expect(log).not.toMatch(/[\w-]{22}\.[\w-]{43}(?![\w-])/);
    expect(log).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });
});
