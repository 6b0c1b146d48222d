import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { Answer } from '../support/driver.ts';
import { accessToken, at } from '../support/exchanging.ts';
import { alice } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { startRefreshing } from '../support/refreshing.ts';
import { endIn, hour, minute, type Opened } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

type Form = Readonly<Record<string, string | undefined>>;

/** The analyst may go on with the reports for people, in tasks of two hours at most. */
function withAnalyst(config: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    agents: config.agents.map((agent) => {
      const reports = agent.onBehalfOf?.['reports'];
      if (agent.id !== 'analyst' || reports === undefined) return agent;
      return {
        ...agent,
        onBehalfOf: { ...agent.onBehalfOf, reports: { ...reports, refreshTokens: true } },
        tasks: { maximumHours: 2 },
      };
    }),
  };
}

const house = forThisFile(() => startRefreshing(withAnalyst));
const analyst = 'analyst-client';
const scope = ['ask', 'ask:all'];

/** A task of the planner in the name of alice, whose tokens are for the analyst. */
const ofPlanner = async (form: Form = {}): Promise<Opened> =>
  house.task(
    { ...house.forPerson(await house.letIn({ resource: at.analyst, scope })), ...form },
    'scan-desk',
  );
const tokenOf = async (task: Opened): Promise<string> =>
  String((await house.ask(task, 'token')).body['access_token']);
const by = (token: string, form: Form = {}): Form => ({
  ...{ subject_token: token, subject_token_type: accessToken, resource: at.reports, ...form },
});
const below = async (task: Opened, form: Form = {}): Promise<Opened> =>
  house.task(by(await tokenOf(task), form), analyst);

const told = ({ status, body }: Answer): readonly unknown[] => [status, body['error'], endIn({ body })];
const refusal = ({ status, body }: Answer): readonly unknown[] => [
  ...[status, body['error'], body['error_description'], body['task_end']],
];
const ended = 'the subject_token counts no more: the task that it is of has ended';

describe('a task below that of another client', () => {
  verifies(
    'vestibule:task-children-of-others',
    'is opened by whoever was sent a token of it, within the rule, and goes on once that token has expired',
    async () => {
      const root = await ofPlanner({ ceiling: String(90 * minute) });
      const from = house.log.length;
      const child = await below(root, { scope: 'reports:read' });
      expect(child.body).toMatchObject({
        ...{ sub: alice.id, access: [{ resource: at.reports, scope: 'reports:read' }] },
        ...{ parent_task_id: root.id, ceiling_at: root.body['ceiling_at'] },
      });
      expect(eventsSince(house, from).at(-1)).toMatchObject({
        ...{ event: 'task_opened', clientId: analyst, agentId: 'analyst', parentTaskId: root.id },
      });
      house.run.clock.advance(12 * minute);
      await house.minutes(1);
      expect(house.tracedSince(from, child.id).map(({ event }) => event)).toContain('task_renewed');
      house.run.clock.advance(27 * minute);
      const token = await tokenOf(child);
      expect(decodeJwt(token)).toMatchObject({
        ...{ sub: alice.id, aud: at.reports, scope: 'reports:read', task_chain: [root.id, child.id] },
        act: { sub: 'analyst', client_id: analyst, act: { sub: 'planner', client_id: 'scan-desk' } },
      });
      expect(await house.isActive(token, 'reports-server')).toBe(true);
      const onward = await house.exchange('reports-server', token, { resource: at.ledger });
      expect([onward.status, decodeJwt(String(onward.body['access_token']))['task_chain']]).toEqual([
        200,
        [root.id, child.id],
      ]);
    },
  );

  verifies(
    ['vestibule:task-children-of-others', 'vestibule:task-token-ends'],
    'ends with the task above it, and with each above that, for their reason; its own end ends neither',
    async () => {
      const root = await ofPlanner();
      const middle = await house.task({ parent_handle: root.handle }, 'scan-desk');
      const [child, other] = [await below(middle), await below(middle)];
      const grandchild = await house.task({ parent_handle: child.handle, scope: 'reports:read' }, analyst);
      const [token, theirs] = [await tokenOf(grandchild), await tokenOf(other)];
      expect(decodeJwt(token)['task_chain']).toEqual([root.id, middle.id, child.id, grandchild.id]);
      expect((await house.ask(child, 'complete')).status).toBe(200);
      expect(told(await house.ask(grandchild, 'token'))).toEqual([
        ...[400, 'invalid_grant', { reason: 'completed', of: child.id }],
      ]);
      expect(await house.isActive(token, 'reports-server')).toBe(false);
      expect(await house.isActive(theirs, 'reports-server')).toBe(true);
      expect((await house.ask(middle, 'token')).status).toBe(200);
      expect((await house.ask(root, 'revoke')).status).toBe(200);
      expect(told(await house.ask(other, 'token'))).toEqual([
        400,
        'invalid_grant',
        expect.objectContaining({ reason: 'revoked', of: root.id }),
      ]);
      expect(await house.isActive(theirs, 'reports-server')).toBe(false);
      const heard = await house.task(by(await tokenOf(await ofPlanner({ ceiling: '60' }))), analyst);
      house.run.clock.advance(2 * minute);
      await house.minutes(1);
      expect(house.heard(heard.id)).toMatchObject([
        { event: 'TaskEnded', detail: { client_id: analyst, reason: 'ceiling_reached' } },
      ]);
    },
  );

  verifies(
    'vestibule:task-children-of-others',
    'ends with the token that opened it, and with what the person granted',
    async () => {
      const letIn = await house.letIn({ resource: at.analyst, scope });
      const root = await house.task(house.forPerson(letIn), 'scan-desk');
      const token = await tokenOf(root);
      const [child, other] = [await house.task(by(token), analyst), await below(root)];
      await house.revoke('scan-desk', token);
      expect(told(await house.ask(child, 'token'))).toEqual([
        ...[400, 'invalid_grant', { reason: 'revoked', detail: 'parent_revoked' }],
      ]);
      expect((await house.ask(other, 'token')).status).toBe(200);
      const now = instant(house.seconds());
      await house.granting.grants.end(letIn.grantId, { at: now, reason: 'withdrawn' }, 'request-1');
      expect(told(await house.ask(other, 'token'))).toEqual([
        ...[400, 'invalid_grant', { reason: 'revoked', detail: 'withdrawn' }],
      ]);
    },
  );

  verifies('vestibule:task-children-of-others', 'ends no later than any above it', async () => {
    const root = await ofPlanner({ ceiling: String(hour) });
    const middle = await house.task({ parent_handle: root.handle, ceiling: String(2_000) }, 'scan-desk');
    const token = await tokenOf(middle);
    const late = await house.open(by(token, { ceiling: String(hour) }), analyst);
    expect([late.status, late.body['error']]).toEqual([400, 'invalid_request']);
    const child = await house.task(by(token), analyst);
    expect(child.body['ceiling_at']).toBe(middle.body['ceiling_at']);
    house.run.clock.advance(2_100);
    expect(told(await house.ask(child, 'token'))).toMatchObject([
      ...[400, 'invalid_grant', { reason: 'ceiling_reached' }],
    ]);
  });

  verifies(
    'vestibule:task-children-of-others',
    'is not opened once the task above it is over, whose end its own client alone is told',
    async () => {
      const root = await ofPlanner({ heartbeat_interval: String(5 * minute) });
      const silent = await tokenOf(root);
      house.run.clock.advance(10 * minute);
      expect(refusal(await house.open(by(silent), analyst))).toEqual([
        400,
        'invalid_request',
        ended,
        undefined,
      ]);
      expect(told(await house.ask(root, 'token'))).toEqual([
        400,
        'invalid_grant',
        { reason: 'heartbeat_lost' },
      ]);
      const completed = await ofPlanner();
      const token = await tokenOf(completed);
      const [done, ...answers] = await Promise.all([
        house.ask(completed, 'complete'),
        ...Array.from({ length: 12 }, () => house.open(by(token), analyst)),
      ]);
      expect(done.status).toBe(200);
      for (const answer of [...answers, await house.open(by(token), analyst)]) {
        if (answer.status !== 201) {
          expect(refusal(answer)).toEqual([400, 'invalid_request', ended, undefined]);
          continue;
        }
        const [id, handle] = [String(answer.body['task_id']), String(answer.body['handle'])];
        const pulled = await house.ask({ id, handle, clientId: analyst, body: answer.body }, 'token');
        expect(told(pulled)).toEqual([400, 'invalid_grant', { reason: 'completed', of: completed.id }]);
      }
    },
  );

  verifies(
    'vestibule:task-children-of-others',
    'is for the one alone that the token was sent to, of the client that a person let in, and three are above it at most',
    async () => {
      const root = await ofPlanner();
      const token = await tokenOf(root);
      const machine = await tokenOf(await house.task({ resource: at.analyst, scope: 'ask' }));
      const { token: first } = await house.sent({ resource: at.planner, scope: ['plan'] });
      const exchanged = await tokenOf(await house.task(house.bySender(first)));
      const deep = await [1, 2, 3].reduce<Promise<Opened>>(
        async (above) => house.task({ parent_handle: (await above).handle }, 'scan-desk'),
        Promise.resolve(root),
      );
      for (const [form, clientId, error, words] of [
        [by(token), 'planner-client', 'invalid_request', /for somebody else|issued to the one/],
        [
          by(token, { scope: 'reports:delete' }),
          analyst,
          'invalid_scope',
          /gets: reports:read reports:write/,
        ],
        [by(token, { resource: at.planner }), analyst, 'invalid_request', /needs refreshTokens/],
        [by(token, { parent_handle: root.handle }), analyst, 'invalid_request', /leave subject_token out/],
        [by(machine), analyst, 'invalid_request', /the subject_token is of nobody who did/],
        [by(exchanged), analyst, 'invalid_request', /the subject_token was exchanged itself/],
        [by(await tokenOf(deep)), analyst, 'invalid_request', /three tasks are above the new one/],
      ] as const) {
        const { status, body } = await house.open(form, clientId);
        expect([status, body['error'], body['error_description']]).toEqual([
          400,
          error,
          expect.stringMatching(words),
        ]);
      }
      expect((await house.open(by(token), analyst)).status).toBe(201);
    },
  );
});
