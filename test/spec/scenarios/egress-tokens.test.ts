import { decodeJwt, generateKeyPair } from 'jose';
import { describe, expect } from 'vitest';
import { InteractionRequired } from '../../../lambdas/agent/index.ts';
import { createBrowser } from '../../support/browser-player.ts';
import { type Answer, basic, drive } from '../support/driver.ts';
import { eventsSince, hosted, requestOf, toldClient } from '../support/people.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { issues, trackerAgentsAt, withTracker } from '../support/third-party-people.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withTracker);
const agents = trackerAgentsAt(company);
const tracker = () => `${company.issuer}/egress/tracker`;
const type = 'urn:ietf:params:oauth:token-type';
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

async function exchanged(
  token: string,
  more: Readonly<Record<string, string>> = {},
  id: 'planner' | 'analyst' = 'planner',
): Promise<Answer> {
  return drive(company).token(
    {
      ...{ grant_type: exchange, subject_token: token, subject_token_type: `${type}:access_token` },
      ...{ resource: tracker(), ...more },
    },
    await agents.basicOf(id),
  );
}

const pageOfAgent = (id: string, scope: string) =>
  `${company.issuer}/connect/tracker?${new URLSearchParams({ agent: id, scope }).toString()}`;

describe('an agent at a third party, for a person', () => {
  verifies(
    ['vestibule:egress-interaction', 'vestibule:egress-token', 'rfc9396:7:told-details'],
    'sends them to a page, and goes on by their account from then on',
    async () => {
      const [token, from] = [await agents.tokenOf('alice'), company.log.length];
      const before = await exchanged(token);
      expect([before.status, before.body]).toEqual([
        400,
        {
          error: 'interaction_required',
          error_description: expect.stringContaining('no account') as unknown,
          interaction_uri: pageOfAgent('planner', 'issues:read issues:write'),
        },
      ]);
      const browser = createBrowser();
      const done = await agents.connects(browser, String(before.body['interaction_uri']));
      expect(done.text).toContain('Demo tracker is connected');
      const { status, body } = await exchanged(token);
      expect([status, body]).toMatchObject([
        200,
        { token_type: 'Bearer', expires_in: 300, scope: 'issues:read issues:write' },
      ]);
      const claims = decodeJwt(String(body['access_token']));
      expect(claims).toMatchObject({ aud: tracker(), agent_id: 'planner', act: { sub: 'planner' } });
      expect(body['authorization_details']).toEqual(claims['authorization_details']);
      expect(body['authorization_details']).toMatchObject([
        { type: 'vestibule_egress', provider: 'tracker', holder: 'person', idp: 'demo' },
      ]);
      expect(eventsSince(company, from)).toMatchObject([
        { event: 'token_refused', reason: 'egress_refused', detail: 'not_connected' },
        { event: 'account_opened' },
        { event: 'connection_consented' },
        { event: 'connection_made' },
        { event: 'token_issued', resource: tracker(), via: ['planner'], jti: claims.jti },
      ]);
      await agents.disconnects(browser);
    },
  );

  verifies(
    ['vestibule:agent-third-party', 'vestibule:egress-token'],
    'calls it as it would call it itself, and is refused what no rule allows',
    async () => {
      const [token, planner, browser] = [
        await agents.tokenOf('alice'),
        await agents.agent(),
        createBrowser(),
      ];
      const there = planner.onBehalfOf(token).thirdParty('tracker');
      const asked: unknown = await there.fetch(issues).catch((error: unknown) => error);
      expect(asked).toBeInstanceOf(InteractionRequired);
      await agents.connects(browser, (asked as InteractionRequired).uri ?? '');
      const listed = await there.fetch(issues);
      expect([listed.status, await listed.text()]).toEqual([200, expect.stringContaining('coffee machine')]);
      const removed = await there.fetch(`${issues}/1`, { method: 'DELETE' });
      expect([removed.status, removed.headers.get('vestibule-error')]).toEqual([403, expect.any(String)]);
      await agents.disconnects(browser);
      const after: unknown = await there.fetch(issues).catch((error: unknown) => error);
      expect(after).toBeInstanceOf(InteractionRequired);
      // Connected anew it is another connection, which the token that the agent still has does not name.
      await agents.connects(browser, (after as InteractionRequired).uri ?? '');
      expect((await there.fetch(issues)).status).toBe(200);
      await agents.disconnects(browser);
    },
  );

  verifies(
    ['vestibule:egress-policy', 'vestibule:egress-interaction'],
    'uses no account that another agent was let use, and none of another person',
    async () => {
      const browser = createBrowser();
      await agents.connects(browser, pageOfAgent('planner', 'issues:read'));
      const [ofAnalyst, ofBob] = [await agents.tokenOf('alice', 'analyst'), await agents.tokenOf('bob')];
      const other = await exchanged(ofAnalyst, {}, 'analyst');
      expect([other.status, other.body]).toMatchObject([
        400,
        { error: 'interaction_required', interaction_uri: pageOfAgent('analyst', 'issues:read') },
      ]);
      const another = await exchanged(ofBob);
      expect([another.status, another.body]).toMatchObject([
        400,
        {
          error: 'interaction_required',
          error_description: expect.stringContaining('no account') as unknown,
        },
      ]);
      // Whoever was not sent the token learns nothing of either.
      const stranger = await exchanged(ofAnalyst);
      expect([stranger.status, stranger.body]).toMatchObject([400, { error: 'invalid_request' }]);
      expect(stranger.body).not.toHaveProperty('interaction_uri');
      await agents.disconnects(browser);
    },
  );

  verifies(
    ['vestibule:egress-token', 'vestibule:egress-interaction'],
    'goes on when they are away for as long as the account stands, and again once that does',
    async () => {
      const [token, browser] = [await agents.tokenOf('alice'), createBrowser()];
      await agents.connects(browser, pageOfAgent('planner', 'issues:read issues:write'));
      const opened = await exchanged(token, { requested_token_type: `${type}:refresh_token` });
      expect([opened.status, opened.text]).toEqual([200, opened.text]);
      expect(opened.body).not.toHaveProperty('authorization_details');
      let refreshToken = String(opened.body['access_token']);
      const refresh = async (more: Readonly<Record<string, string>> = {}) =>
        drive(company).token(
          { grant_type: 'refresh_token', refresh_token: refreshToken, ...more },
          await agents.basicOf(),
        );
      const first = await refresh({ scope: 'issues:read' });
      expect([first.status, first.body]).toMatchObject([
        200,
        { scope: 'issues:read', expires_in: 300, authorization_details: [{ holder: 'person' }] },
      ]);
      refreshToken = String(first.body['refresh_token']);
      await agents.disconnects(browser);
      const without = await refresh();
      expect([without.status, without.body['error']]).toEqual([400, 'interaction_required']);
      await agents.connects(browser, String(without.body['interaction_uri']));
      const again = await refresh();
      expect([again.status, again.body]).toMatchObject([200, { scope: 'issues:read issues:write' }]);
      await agents.disconnects(browser);
    },
  );

  verifies(
    'vestibule:egress-of-tasks',
    'has a token of a task for it, at each pull as the account stands',
    async () => {
      const [token, planner, browser] = [
        await agents.tokenOf('alice'),
        await agents.agent(),
        createBrowser(),
      ];
      await agents.connects(browser, pageOfAgent('planner', 'issues:read issues:write'));
      const task = await planner.openTask({
        ...{ purpose: 'Tidy issues', resource: tracker(), scope: 'issues:read', ceilingSeconds: 3_600 },
        onBehalfOf: { accessToken: token },
      });
      expect((await task.fetch(`${tracker()}${issues}`)).status).toBe(200);
      await agents.disconnects(browser);
      company.run.clock.advance(300);
      const asked: unknown = await task.fetch(`${tracker()}${issues}`).catch((error: unknown) => error);
      expect(asked).toBeInstanceOf(InteractionRequired);
      await agents.connects(browser, (asked as InteractionRequired).uri ?? '');
      expect((await task.fetch(`${tracker()}${issues}`)).status).toBe(200);
      await task.complete();
      await agents.disconnects(browser);
    },
  );

  verifies(
    ['vestibule:egress-token', 'vestibule:agent-third-party'],
    'binds its token to its key, and calls with a proof of it',
    async () => {
      const [token, browser] = [await agents.tokenOf('alice'), createBrowser()];
      await agents.connects(browser, pageOfAgent('planner', 'issues:read'));
      const planner = await agents.agent('planner', { dpop: await generateKeyPair('ES256') });
      const bound = planner.onBehalfOf(token).thirdParty('tracker', { scope: 'issues:read' });
      expect((await bound.fetch(`${issues}?state=open`)).status).toBe(200);
      const { value, type: scheme } = await planner
        .onBehalfOf(token)
        .token(tracker(), { scope: 'issues:read' });
      expect([scheme, decodeJwt(value)]).toMatchObject([
        'DPoP',
        { cnf: { jkt: expect.any(String) as unknown } },
      ]);
      const stolen = await drive(company).get(`/egress/tracker${issues}`, {
        authorization: `Bearer ${value}`,
      });
      expect(stolen.status).toBe(401);
      await agents.disconnects(browser);
    },
  );

  verifies(
    ['vestibule:egress-policy', 'rfc8693:3:provider-token'],
    'gets nothing while an operator has it disabled, and never a token of it that nobody let it have',
    async () => {
      const [token, browser, operator] = [await agents.tokenOf('alice'), createBrowser(), drive(company)];
      await agents.connects(browser, pageOfAgent('planner', 'issues:read'));
      const own = await exchanged(token, {
        requested_token_type: 'urn:vestibule:token-type:provider_access_token',
      });
      expect([own.status, own.body['error']]).toEqual([400, 'invalid_target']);
      expect((await operator.admin('POST', 'providers/tracker/disable')).status).toBe(200);
      operator.letCachesExpire();
      const disabled = await exchanged(token);
      expect([disabled.status, disabled.body['error']]).toEqual([400, 'invalid_target']);
      expect(disabled.body).not.toHaveProperty('interaction_uri');
      expect((await operator.admin('POST', 'providers/tracker/enable')).status).toBe(200);
      operator.letCachesExpire();
      expect((await exchanged(token, { scope: 'issues:read' })).status).toBe(200);
      await agents.disconnects(browser);
    },
  );

  verifies('vestibule:egress-token', 'waits while nobody can tell how the account stands', async () => {
    const token = await agents.tokenOf('alice');
    strike(company, 'lambda:Invoke~Token=down@*');
    const { status, body, headers } = await exchanged(token);
    expect([status, body['error'], headers.get('retry-after')]).toEqual([
      503,
      'temporarily_unavailable',
      expect.stringMatching(/^\d+$/),
    ]);
    mend(company);
  });
});

describe('an agent at a third party, for itself', () => {
  verifies(
    ['vestibule:egress-token', 'vestibule:egress-interaction'],
    'uses the account of its group, which whoever has the role connects',
    async () => {
      const analyst = await agents.agent('analyst');
      const asked: unknown = await analyst
        .thirdParty('tracker')
        .fetch(issues)
        .catch((error: unknown) => error);
      expect(asked).toBeInstanceOf(InteractionRequired);
      const uri = new URL((asked as InteractionRequired).uri ?? '');
      expect(Object.fromEntries(uri.searchParams)).toEqual({
        ...{ agent: 'analyst', scope: 'issues:read', group: 'data' },
      });
      const browser = createBrowser();
      expect((await agents.connects(browser, uri.href)).text).toContain('Demo tracker is connected');
      expect((await analyst.thirdParty('tracker').fetch(issues)).status).toBe(200);
      await agents.disconnects(browser);
    },
  );
});

describe('a client that people use', () => {
  verifies('vestibule:egress-policy', 'asks for no third party, be it of an agent or of nobody', async () => {
    for (const client_id of ['desk', 'helper']) {
      const arrival = await createBrowser().open(
        requestOf(company, { client_id, resource: tracker(), scope: 'issues:read' }),
        new URL(hosted),
      );
      expect(toldClient(arrival).get('error')).toBe('invalid_target');
    }
  });
});

describe('a gateway of AgentCore whose target is a third party', () => {
  verifies(
    'vestibule:agentcore-third-party',
    'exchanges what it was called with as AgentCore sends it, and calls the proxy at a plain path',
    async () => {
      const [token, browser] = [await agents.tokenOf('alice'), createBrowser()];
      await agents.connects(browser, pageOfAgent('planner', 'issues:read'));
      // The inbound token as a JWT, the scopes of the target, and its custom parameters.
      const { status, body } = await drive(company).token(
        {
          ...{ grant_type: exchange, subject_token: token, subject_token_type: `${type}:jwt` },
          ...{ scope: 'issues:read', resource: tracker() },
        },
        basic('planner-client', await company.secretOf('planner-client')),
      );
      expect([status, body['scope']]).toEqual([200, 'issues:read']);
      const called = await drive(company).get(`/egress/tracker${issues}`, {
        authorization: `Bearer ${String(body['access_token'])}`,
      });
      expect([called.status, called.text]).toEqual([200, expect.stringContaining('coffee machine')]);
      await agents.disconnects(browser);
    },
  );
});
