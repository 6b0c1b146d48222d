import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { newDpopKey } from '../../support/dpop-key.ts';
import type { Answer } from '../support/driver.ts';
import { at } from '../support/exchanging.ts';
import { alice } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { endIn, hour, minute, startTasking } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startTasking());
const day = 24 * hour;

const told = (answer: Answer): readonly unknown[] => [answer.status, answer.body['error'], endIn(answer)];

describe('a task in the name of a person', () => {
  verifies(
    'vestibule:task-people',
    'works within what they let its own client do, which keeps its refresh token',
    async () => {
      const letIn = await house.letIn();
      const from = house.log.length;
      const task = await house.task(house.forPerson(letIn), 'scan-desk');
      expect(task.body).toMatchObject({
        ...{ sub: alice.id, access: [{ resource: at.reports, scope: 'reports:read reports:write' }] },
      });
      expect(eventsSince(house, from)).toMatchObject([
        { event: 'task_opened', personId: alice.id, grantId: letIn.grantId, taskId: task.id },
      ]);
      house.run.clock.advance(40 * minute);
      const { body } = await house.ask(task, 'token');
      const token = String(body['access_token']);
      expect(decodeJwt(token)).toMatchObject({
        ...{ sub: alice.id, grant_id: letIn.grantId, aud: at.reports, agent_id: 'planner' },
        ...{ scope: 'reports:read reports:write', roles: alice.roles, task_chain: [task.id] },
      });
      expect(await house.isActive(token, 'reports-server')).toBe(true);
      const refreshed = await house.refresh(letIn.refreshToken, {}, 'scan-desk');
      expect(refreshed.status).toBe(200);
    },
  );

  verifies(
    'vestibule:task-people',
    'gets no more of it than is asked, and nothing that they did not grant',
    async () => {
      const letIn = await house.letIn({ scope: ['openid', 'reports:read'] });
      const asked = house.forPerson(letIn);
      const task = await house.task({ ...asked, scope: 'reports:read', resource: at.reports }, 'scan-desk');
      expect(task.body['access']).toEqual([{ resource: at.reports, scope: 'reports:read' }]);
      for (const [more, error] of [
        [{ scope: 'reports:read reports:write' }, 'invalid_scope'],
        [{ scope: 'openid' }, 'invalid_scope'],
        [{ resource: house.demo }, 'invalid_target'],
        [{ ceiling: String(31 * day) }, 'invalid_request'],
      ] as const) {
        const { status, body } = await house.open({ ...asked, ...more }, 'scan-desk');
        expect([more, status, body['error']]).toEqual([more, 400, error]);
      }
    },
  );

  verifies(
    'vestibule:task-people',
    'is opened by the client alone that they let in, by a token that is one',
    async () => {
      const letIn = await house.letIn();
      for (const [form, clientId, error] of [
        [house.forPerson(letIn), 'bound-client', 'invalid_dpop_proof'],
        [house.forPerson(letIn), 'planner-client', 'invalid_grant'],
        [house.forPerson({ ...letIn, refreshToken: 'nothing' }), 'scan-desk', 'invalid_grant'],
        [house.forPerson(letIn), 'analyst-client', 'unauthorized_client'],
      ] as const) {
        const { status, body } = await house.open(form, clientId);
        expect([clientId, status, body['error']]).toEqual([clientId, 400, error]);
      }
      expect((await house.refresh(letIn.refreshToken, {}, 'scan-desk')).status).toBe(200);
    },
  );

  verifies(
    ['vestibule:task-people', 'vestibule:task-ends'],
    'ends when they withdraw what they granted, at the next request',
    async () => {
      for (const [reason, end] of [
        ['withdrawn', { reason: 'revoked', detail: 'withdrawn' }],
        [
          'person_ended: upstream_refused',
          { reason: 'grant_ended_upstream', detail: 'person_ended: upstream_refused' },
        ],
      ] as const) {
        const letIn = await house.letIn();
        const task = await house.task(house.forPerson(letIn), 'scan-desk');
        const token = String((await house.ask(task, 'token')).body['access_token']);
        const now = instant(house.seconds());
        await house.granting.grants.end(letIn.grantId, { at: now, reason }, 'request-1');
        expect(told(await house.ask(task, 'token'))).toEqual([400, 'invalid_grant', end]);
        expect(await house.isActive(token, 'reports-server')).toBe(false);
        const { status, body } = await house.open(house.forPerson(letIn), 'scan-desk');
        expect([status, body['error']]).toEqual([400, 'invalid_grant']);
      }
    },
  );

  verifies('vestibule:task-policy', 'ends when their identity provider is disabled here', async () => {
    const task = await house.task(house.forPerson(await house.letIn()), 'scan-desk');
    await house.client.admin('POST', 'idps/demo/disable');
    house.client.letCachesExpire();
    const answer = await house.ask(task, 'token');
    await house.client.admin('POST', 'idps/demo/enable');
    house.client.letCachesExpire();
    expect(told(answer)).toEqual([400, 'invalid_grant', { reason: 'policy', detail: 'idp_disabled' }]);
  });
});

describe('a task of an agent that a person’s client called', () => {
  verifies('vestibule:task-people', 'goes on once the token has expired, by a grant of its own', async () => {
    const { token, granted } = await house.sent({ resource: at.planner, scope: ['plan'] });
    const task = await house.task(house.bySender(token));
    expect(task.body).toMatchObject({ sub: alice.id, access: [{ resource: at.analyst, scope: 'ask' }] });
    house.run.clock.advance(hour);
    const pulled = String((await house.ask(task, 'token')).body['access_token']);
    expect(decodeJwt(pulled)).toMatchObject({
      ...{ sub: alice.id, aud: at.analyst, scope: 'ask', grant_id: granted.grantId, task_chain: [task.id] },
      act: { sub: 'planner', client_id: 'planner-client' },
    });
    const onward = await house.exchange('analyst-client', pulled, {
      resource: at.reports,
      scope: 'reports:read',
    });
    expect([onward.status, onward.text]).toEqual([200, onward.text]);
    expect(decodeJwt(String(onward.body['access_token']))['task_chain']).toEqual([task.id]);
    await house.revoke('desk', (await house.sent({ resource: at.planner, scope: ['plan'] })).token);
    expect((await house.ask(task, 'token')).status).toBe(200);
  });

  verifies(
    ['vestibule:task-people', 'vestibule:task-ends'],
    'ends with the token that it was sent, and with what the person granted',
    async () => {
      const first = await house.sent({ resource: at.planner, scope: ['plan'] });
      const [one, other] = [
        await house.task(house.bySender(first.token)),
        await house.task(house.bySender(first.token)),
      ];
      expect(one.id).not.toBe(other.id);
      await house.revoke('desk', first.token);
      expect(told(await house.ask(one, 'token'))).toEqual([
        ...[400, 'invalid_grant', { reason: 'revoked', detail: 'parent_revoked' }],
      ]);
      const second = await house.sent({ resource: at.planner, scope: ['plan'] });
      const third = await house.task(house.bySender(second.token));
      await house.granting.grants.end(
        second.granted.grantId,
        { at: instant(house.seconds()), reason: 'withdrawn' },
        'r',
      );
      expect(told(await house.ask(third, 'token'))).toEqual([
        ...[400, 'invalid_grant', { reason: 'revoked', detail: 'withdrawn' }],
      ]);
    },
  );

  verifies(
    'vestibule:task-people',
    'is opened where a rule lets it go on, and for no more than the rule gives',
    async () => {
      const { token } = await house.sent({ resource: at.planner, scope: ['plan'] });
      for (const [form, error] of [
        [{ ...house.bySender(token), resource: at.reports }, 'invalid_request'],
        [{ ...house.bySender(token), scope: 'ask:all' }, 'invalid_scope'],
        [{ ...house.bySender(token), resource: undefined }, 'invalid_target'],
        [house.bySender('nothing'), 'invalid_request'],
        [house.bySender((await house.sent()).token), 'invalid_request'],
      ] as const) {
        const { status, body } = await house.open(form);
        expect([form, status, body['error']]).toEqual([form, 400, error]);
      }
    },
  );
});

describe('a task of a public client', () => {
  verifies(
    ['vestibule:task-handle', 'vestibule:task-people'],
    'is opened with a key that it proves, or not at all',
    async () => {
      const key = await newDpopKey();
      const granted = await house.granting.code({
        ...{ clientId: 'planner-desk', agentId: 'planner', resource: at.reports },
        scope: ['reports:read'],
      });
      const { body } = await house.granting.redeem(granted, 'planner-desk');
      const form = {
        ...{ client_id: 'planner-desk', purpose: 'Scan', subject_token: String(body['refresh_token']) },
        subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
      };
      const post = async (headers: Readonly<Record<string, string>>) =>
        house.client.send('/tasks', { method: 'POST', headers, body: new URLSearchParams(form) });
      const bare = await post({});
      expect([bare.status, bare.body['error']]).toEqual([400, 'invalid_dpop_proof']);
      const wish = { url: `${house.issuer}/tasks`, at: house.seconds() };
      const nonce = (await post({ dpop: await key.prove(wish) })).headers.get('dpop-nonce') ?? '';
      const opened = await post({ dpop: await key.prove({ ...wish, nonce }) });
      expect([opened.status, opened.text]).toEqual([201, opened.text]);
      expect(opened.body['token']).toMatchObject({ token_type: 'DPoP' });
    },
  );
});
