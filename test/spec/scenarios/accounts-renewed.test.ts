import { describe, expect, vi } from 'vitest';
import { clientSecretBasic, createAgent } from '../../../lambdas/agent/index.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { egressSecret } from '../../../local/demo/federation-secret.ts';
import { createBrowser } from '../../support/browser-player.ts';
import { playThirdParty, type ThirdParty } from '../../support/third-parties/play.ts';
import { slack } from '../../support/third-parties/slack.ts';
import { eventsSince, pageOf, pressLabel } from '../support/people.ts';
import { type PlayedOffice, startPlayedOffice } from '../support/played-office.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

/** The planner writes messages for people, at a third party whose refresh tokens are good once. */
function withChat(config: VestibuleConfig, origin: string): VestibuleConfig {
  return {
    ...config,
    agents: config.agents.map((agent) =>
      agent.id === 'planner'
        ? { ...agent, onBehalfOf: { ...agent.onBehalfOf, chat: { scopes: { 'messages:write': ['plan'] } } } }
        : agent,
    ),
    roles: (config.roles ?? []).map((role) =>
      role.id === 'everyone'
        ? { ...role, scopes: { ...role.scopes, 'planner-agent': ['plan'], chat: ['messages:write'] } }
        : role,
    ),
    egress: {
      providers: [
        ...(config.egress?.providers ?? []),
        {
          ...{ id: 'chat', uses: 'slack', clientId: '123.456', api: { origins: [origin] } },
          credential: {
            kind: 'oauth2',
            authorizationEndpoint: `${origin}${slack.paths.authorize ?? ''}`,
            tokenEndpoint: `${origin}${slack.paths.token}`,
            revocation: {
              ...{
                kind: 'api',
                method: 'POST',
                url: `${origin}${revokePath}`,
                authentication: 'access_token',
              },
              ...{ body: 'form', done: [200], okMember: 'ok', gone: ['token_revoked'] },
            },
          },
          scopes: {
            'messages:write': {
              description: 'Write messages in your name',
              upstream: ['chat:write'],
              rules: ['POST /api/chat.postMessage'],
            },
          },
        },
      ],
    },
  };
}

const [callPath, revokePath] = ['/api/chat.postMessage', '/api/auth.revoke'];

interface ChatOffice extends PlayedOffice {
  readonly chat: ThirdParty;
}

async function startChatOffice(): Promise<ChatOffice> {
  let secret = '';
  const takes: typeof slack.takes = ({ parameters }) => parameters['client_secret'] === secret;
  const chat = await playThirdParty({ ...slack, takes });
  try {
    const played = await startPlayedOffice({ change: (config) => withChat(config, chat.origin) });
    secret = await egressSecret(played.company.run, 'chat');
    return {
      ...{ ...played, chat },
      stop: async () => {
        await Promise.all([played.stop(), chat.stop()]);
      },
    };
  } catch (error) {
    await chat.stop();
    throw error;
  }
}

const office = forThisFile(startChatOffice);

const hours = (count: number): number => count * 3_600;

/** So much time passes here and there, without a schedule. */
function pass(seconds: number): void {
  office.company.run.clock.advance(seconds);
  office.chat.pass(seconds);
}

/** What the planner does for whoever sends it a token of theirs; their token is new, whatever the time. */
async function planner(): Promise<() => Promise<Response>> {
  const { company } = office;
  const resource = `${new URL(company.mcpUrl).origin}/agents/planner`;
  const { body, text } = await office.redeem(await office.code({ resource, scope: 'plan' }));
  if (typeof body['access_token'] !== 'string') throw new Error(text);
  const agent = createAgent({
    issuer: company.issuer,
    client: clientSecretBasic('planner-client', await company.secretOf('planner-client')),
    now: () => company.run.clock.now() / 1_000,
  });
  const there = agent.onBehalfOf(body['access_token']).thirdParty('chat');
  return () => there.fetch(callPath, { method: 'POST', body: 'channel=c&text=hello' });
}

/** A person connects their account; resolves with the browser that they did it in. */
async function connects() {
  const { company } = office;
  const browser = createBrowser();
  const url = new URL('/connect/chat?agent=planner&scope=messages:write', company.issuer);
  const done = pageOf(await pressLabel(browser, pageOf(await browser.open(url)), 'Connect'));
  expect(done.text).toContain('is connected');
  return browser;
}

async function disconnects(browser: Awaited<ReturnType<typeof connects>>) {
  const listed = pageOf(await browser.open(new URL('/account', office.company.issuer)));
  return pageOf(await pressLabel(browser, listed, 'Disconnect'));
}

/** The account is used for a message, which arrives. */
async function expectArrives(send: () => Promise<Response>): Promise<void> {
  const answer = await send();
  expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
}

const eventsOf = (from: number): readonly unknown[] =>
  eventsSince(office.company, from).map(({ event }) => event);

describe('an account at a third party whose tokens are good once', () => {
  verifies(
    'vestibule:connection-single-flight',
    'is renewed once, when many calls find at the same time that its token is over',
    async () => {
      const browser = await connects();
      pass(hours(12));
      const refreshes = office.chat.refreshes();
      const send = await planner();
      await Promise.all(Array.from({ length: 10 }, () => expectArrives(send)));
      expect(office.chat.refreshes() - refreshes).toBe(1);
      await disconnects(browser);
    },
    120_000,
  );

  verifies(
    ['vestibule:connection-single-flight', 'vestibule:renewal-answer-lost'],
    'is renewed before anybody calls, and lost with a word where it was taken back there',
    async () => {
      const browser = await connects();
      const [from, refreshes] = [office.company.log.length, office.chat.refreshes()];
      pass(hours(9.7));
      await office.company.run.runSchedules();
      expect(office.chat.refreshes() - refreshes).toBe(1);
      expect(eventsOf(from)).toContain('connection_renewed');
      await expectArrives(await planner());
      expect(office.chat.refreshes() - refreshes).toBe(1);
      office.chat.takeBack();
      pass(hours(9.7));
      await office.company.run.runSchedules();
      expect(eventsOf(from)).toContain('connection_lost');
      const send = await planner();
      await expect(send()).rejects.toThrow(/connect/);
      await disconnects(browser);
    },
    120_000,
  );

  verifies(
    'vestibule:renewal-answer-lost',
    'goes on where the function ended that was about to renew it, and is told to be connected again where it had',
    async () => {
      const browser = await connects();
      const from = office.company.log.length;
      const renews = async (): Promise<void> => {
        pass(hours(9.7));
        await office.company.run.runSchedules().catch(() => undefined);
        mend(office.company);
        pass(120);
        await office.company.run.runSchedules();
      };
      // Its lease is written, and nothing is sent.
      strike(office.company, 'dynamodb:UpdateItem~Connections=crash@1');
      await renews();
      expect(eventsOf(from)).toEqual(expect.arrayContaining(['connection_renewed']));
      await expectArrives(await planner());
      // What it was given is never written.
      strike(office.company, 'dynamodb:UpdateItem~Connections=down@2-');
      await renews();
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({ event: 'connection_lost', reason: 'answer_lost' }),
      );
      await disconnects(browser);
    },
    120_000,
  );

  verifies(
    'vestibule:third-party-pauses',
    'is renewed when the third party wants to be asked again, and not before, whoever calls meanwhile',
    async () => {
      const browser = await connects();
      const from = office.company.log.length;
      pass(hours(9.7));
      const asked = () => office.chat.asked(slack.paths.token);
      const before = asked();
      office.chat.mishap(slack.paths.token, { retryAfter: '850' });
      await office.company.run.runSchedules();
      expect(eventsOf(from)).toContain('connection_renewal_failed');
      expect(asked() - before).toBe(1);
      pass(400);
      await office.company.run.runSchedules();
      expect(asked() - before).toBe(1);
      // Its token is still good for two hours.
      await expectArrives(await planner());
      pass(450);
      await office.company.run.runSchedules();
      expect(asked() - before).toBe(2);
      expect(eventsOf(from)).toContain('connection_renewed');
      pass(hours(12));
      office.chat.mishap(slack.paths.token, { retryAfter: '850' });
      const send = await planner();
      const waits = async (most: number): Promise<void> => {
        const { status, headers } = await send();
        expect(status).toBe(503);
        const seconds = Number(headers.get('retry-after'));
        expect(seconds).toBeGreaterThan(most - 30);
        expect(seconds).toBeLessThanOrEqual(most);
      };
      await waits(850);
      await waits(850);
      pass(500);
      await waits(350);
      expect(asked() - before).toBe(3);
      pass(350);
      await expectArrives(send);
      expect(asked() - before).toBe(4);
      await disconnects(browser);
    },
    120_000,
  );

  verifies(
    ['vestibule:egress-time', 'vestibule:connection-single-flight'],
    'is renewed for the next call where the call that is refused there has no time left for it',
    async () => {
      const browser = await connects();
      const send = await planner();
      await expectArrives(send);
      const [from, refreshes] = [office.company.log.length, office.chat.refreshes()];
      office.chat.mishap(callPath, 'refuse');
      // Of the twenty-five seconds of a call the first leaves two, and the second takes three.
      office.chat.slow(callPath, 23_000);
      office.chat.slow(slack.paths.token, 3_000);
      const late = await send();
      expect([late.status, await late.text()]).toEqual([
        504,
        expect.stringMatching(/third_party_timed_out.*nothing was done/),
      ]);
      const called = eventsSince(office.company, from).filter(({ event }) =>
        String(event).startsWith('egress_'),
      );
      expect(called).toMatchObject([{ event: 'egress_refused', reason: 'out_of_time_refused' }]);
      await vi.waitFor(
        () => {
          expect(eventsOf(from)).toContain('connection_renewed');
        },
        { timeout: 10_000 },
      );
      await expectArrives(send);
      expect(office.chat.refreshes() - refreshes).toBe(1);
      await disconnects(browser);
    },
    120_000,
  );

  verifies(
    'vestibule:disconnect-revokes',
    'is asked to be revoked until that is proved, and used by nobody meanwhile',
    async () => {
      const before = office.chat.canaries.length;
      const browser = await connects();
      const send = await planner();
      await expectArrives(send);
      const from = office.company.log.length;
      office.chat.mishap(revokePath, 'down');
      await disconnects(browser);
      await expect(send()).rejects.toThrow();
      expect(eventsOf(from)).toEqual(expect.arrayContaining(['disconnect_asked', 'revocation_failed']));
      pass(120);
      await office.company.run.runSchedules();
      expect(eventsOf(from)).toContain('connection_revoked');
      const given = office.chat.canaries.slice(before);
      expect(given.length).toBeGreaterThan(1);
      for (const canary of given) expect(office.chat.isGood(canary)).toBe(false);
    },
    120_000,
  );

  verifies('vestibule:third-party-answers', 'leaves nothing of its tokens in a log', () => {
    const written = office.company.log.join('\n');
    expect(office.chat.canaries.length).toBeGreaterThan(6);
    for (const canary of office.chat.canaries) expect(written).not.toContain(canary);
  });
});
