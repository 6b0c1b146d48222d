import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { interceptorHandler } from '../../../lambdas/http/interceptor.ts';
import { routeGuard } from '../../../lambdas/http/protected-routes.ts';
import { authInfo } from '../../../lambdas/resource-server/auth-info.ts';
import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { tokenJudge } from '../../../lambdas/resource-server/token-judge.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import type { TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { accessToken, at, refusedAt } from '../support/exchanging.ts';
import { refreshTokenType, startGoingOn } from '../support/going-on.ts';
import { panelOf, refused, taken } from '../support/panel.ts';
import { eventsSince } from '../support/people.ts';
import { taskTokensAt, withTasks } from '../support/task-tokens.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startGoingOn(withTasks));
const tasks = forThisFile(() => Promise.resolve(taskTokensAt(house)));

const toLedger = refusedAt(house, { resource: at.ledger, scope: 'ledger:read' });
const seconds = (): number => Math.floor(house.run.clock.now() / 1_000);

/** What a client of the planner has of alice, and what came of it: the reports' own, and what they got for it. */
async function worked(chain: readonly TaskId[]): Promise<readonly [first: string, exchanged: string]> {
  const wish = { clientId: 'planner-desk', agentId: 'planner', scope: ['openid', 'reports:read'] };
  const { token } = await house.sent(wish);
  const first = await tasks.of(chain, token);
  return [first, await house.exchanged('reports-server', first, { resource: at.ledger })];
}

async function userinfo(token: string): Promise<unknown> {
  const { status, body } = await house.client.get('/userinfo', { authorization: `Bearer ${token}` });
  return status === 200 ? 'told' : [status, body['error'], body['error_description']];
}

function aVerifier(resource: string) {
  return createVerifier({ issuer: house.issuer, resource, now: seconds });
}

/** What everybody says of the token that is for the reports, and of the one for the ledger. */
function aPanel() {
  const { issuer } = house;
  const panel = (server: string, resource: string) =>
    panelOf({ issuer, resource, now: seconds, introspect: (token) => house.isActive(token, server) });
  const [ofReports, ofLedger] = [panel('reports-server', at.reports), panel('ledger-server', at.ledger)];
  return async ([first = '', exchanged = '']: readonly string[]) => [
    await ofReports(first),
    await ofLedger(exchanged),
  ];
}

const allTaken = [taken, taken];
const allRefused = [refused, refused];
const taskEnded = 'The task that the access token is of has ended; its handle tells why';

describe('a token of a task', () => {
  verifies(
    ['vestibule:task-token-exchanged', 'vestibule:task-token-tells'],
    'tells its server which it is, as does all that is exchanged from it',
    async () => {
      const chain = await tasks.opened(2, 'planner-desk');
      const from = house.log.length;
      const [first, exchanged] = await worked(chain);
      expect(decodeJwt(exchanged)['task_chain']).toEqual(chain);
      const { body } = await house.introspect('ledger-server', exchanged);
      expect(body).toMatchObject({ active: true, task_chain: chain });
      const further = await house.exchange('courier-client', exchanged, { resource: at.safe, scope: 'look' });
      const opaque = String(further.body['access_token']);
      expect((await house.introspect('safe-server', opaque)).body).toMatchObject({ task_chain: chain });
      const taskId = chain.at(-1);
      const audited = eventsSince(house, from).filter(({ event }) =>
        ['token_issued', 'token_introspected'].includes(String(event)),
      );
      expect(audited.slice(1)).toMatchObject(Array(4).fill({ taskId }));
      const verification = await aVerifier(at.reports).verify(`Bearer ${first}`);
      if (!verification.ok) throw new Error('not taken');
      expect(authInfo(first, verification.token, at.reports)).toMatchObject({ taskId });
    },
  );

  verifies(
    'vestibule:task-token-ends',
    'ends with that task, for all that judge it, and so does what was exchanged from it; no other does',
    async () => {
      const panel = aPanel();
      const [[task], [another]] = [
        await tasks.opened(0, 'planner-desk'),
        await tasks.opened(0, 'planner-desk'),
      ];
      const [mine, others] = [await worked([task!]), await worked([another!])];
      expect([await panel(mine), await panel(others)]).toEqual([allTaken, allTaken]);
      expect(await userinfo(mine[0])).toBe('told');
      await tasks.end(task);
      expect([await house.isActive(mine[0], 'reports-server'), await house.isActive(mine[1])]).toEqual([
        false,
        false,
      ]);
      expect(await userinfo(mine[0])).toEqual([401, 'invalid_token', taskEnded]);
      house.run.clock.advance(29);
      expect([await panel(mine), await panel(others)]).toEqual([allRefused, allTaken]);
      expect(await userinfo(others[0])).toBe('told');
    },
    60_000,
  );

  verifies(
    'vestibule:task-token-ends',
    'ends with each task above its own, and with none below or beside it',
    async () => {
      const panel = aPanel();
      const chain = await tasks.opened(3, 'planner-desk');
      const [root, , third] = chain;
      const lines: (readonly string[])[] = [];
      for (const depth of [1, 2, 3, 4]) lines.push(await worked(chain.slice(0, depth)));
      const said = () => Promise.all(lines.map(panel));
      expect(await said()).toEqual([allTaken, allTaken, allTaken, allTaken]);
      await tasks.end(third);
      house.run.clock.advance(29);
      expect(await said()).toEqual([allTaken, allTaken, allRefused, allRefused]);
      await tasks.end(root, 'revoked');
      house.run.clock.advance(29);
      expect(await said()).toEqual([allRefused, allRefused, allRefused, allRefused]);
    },
    60_000,
  );

  verifies(
    ['vestibule:task-token-ends', 'vestibule:task-token-tells', 'rfc8693:2.2.2:errors'],
    'is exchanged no further once its task has ended, at that very moment, and is told why',
    async () => {
      const [root, task] = await tasks.opened(1, 'planner-client');
      const own = await house.agents('planner-client', { resource: at.analyst, scope: 'ask' });
      const first = await tasks.of([root!, task!], own);
      const more = { resource: at.reports, scope: undefined };
      const second = await house.exchanged('analyst-client', first, { resource: at.reports });
      expect((await toLedger(second, { scope: 'ledger:write' })).why).toBe('scope_not_delegated');
      await house.exchanged('reports-server', second, { resource: at.ledger });
      await tasks.end(root);
      const over = 'counts no more: the task that it is of has ended';
      expect(await toLedger(first, more, 'analyst-client')).toEqual({
        why: 'subject_task_ended',
        answer: [400, 'invalid_request', `the subject_token ${over}`],
      });
      expect((await toLedger(second, {})).why).toBe('subject_task_ended');
      // Of the agent itself: to act by it is to work on that task.
      const alices = await house.alices(at.planner, ['plan']);
      const acting = { actor_token: first, actor_token_type: accessToken, ...more, resource: at.analyst };
      expect(await toLedger(alices, acting, 'planner-client')).toEqual({
        why: 'actor_task_ended',
        answer: [400, 'invalid_request', `the actor_token ${over}`],
      });
    },
  );

  verifies(
    'vestibule:task-token-exchanged',
    'is exchanged for no refresh token, which would go on for longer',
    async () => {
      const wish = { clientId: 'planner-desk', agentId: 'planner' };
      const { token } = await house.sent(wish);
      expect((await house.opened(token)).status).toBe(200);
      const [task] = await tasks.opened(0, 'planner-desk');
      const asked = { requested_token_type: refreshTokenType, scope: undefined };
      expect(await toLedger(await tasks.of([task!], token), asked)).toEqual({
        why: 'refresh_of_task',
        answer: [
          400,
          'invalid_request',
          'the subject_token is of a task, and ends with it: what goes on for longer is a task below that one',
        ],
      });
    },
  );

  verifies(
    'vestibule:task-token-tells',
    'is refused as one whose task has ended, in words and in the audit trail of whoever guards a resource',
    async () => {
      const [task] = await tasks.opened(0, 'planner-desk');
      const [token] = await worked([task!]);
      const authorization = `Bearer ${token}`;
      const audited: AuditEvent[] = [];
      const audit = (event: AuditEvent): void => void audited.push(event);
      const verifier = aVerifier(at.reports);
      const guard = routeGuard({ verifier, scopes: new Map([['GET /reports', []]]), audit });
      const intercept = interceptorHandler({
        judge: tokenJudge({ issuer: house.issuer, now: seconds }),
        audit,
      });
      const ask = async () => {
        const { ok } = await guard({
          ...{
            routeKey: 'GET /reports',
            rawPath: '/reports',
            rawQueryString: '',
            headers: { authorization },
          },
          requestContext: { requestId: 'one', http: { method: 'GET', sourceIp: '192.0.2.1' } },
        });
        const gatewayRequest = { path: '/mcp', httpMethod: 'POST', headers: { authorization }, body: {} };
        await intercept({ interceptorInputVersion: '1.0', mcp: { gatewayRequest } }, {});
        return ok;
      };
      expect(await ask()).toBe(true);
      await tasks.end(task);
      house.run.clock.advance(29);
      expect(await ask()).toBe(false);
      const admitted = { event: 'call_admitted', taskId: task };
      const refusal = { event: 'call_refused', reason: 'invalid_token', description: taskEnded };
      expect(audited).toMatchObject([admitted, admitted, refusal, refusal]);
      const verification = await verifier.verify(authorization);
      if (verification.ok) throw new Error('taken');
      expect(verification.challenge).toMatchObject({
        status: 401,
        body: { error: 'invalid_token', error_description: taskEnded },
        headers: { 'www-authenticate': expect.stringContaining(taskEnded) as string },
      });
    },
  );
});

describe('what it costs to ask about a token of a task', () => {
  verifies('vestibule:chain-one-read', 'is one read, with all tasks above it', async () => {
    const [, token] = await worked(await tasks.opened(3, 'planner-desk'));
    const { faults } = house.run.cloud;
    await house.isActive(token);
    // The second of two calls would fail.
    faults.add('dynamodb:BatchGetItem~Introspection=down@2');
    expect(await house.isActive(token)).toBe(true);
    faults.clear();
  });
});
