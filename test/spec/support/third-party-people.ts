import {
  createAgent,
  clientSecretBasic,
  type Agent,
  type AgentOptions,
} from '../../../lambdas/agent/index.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import type { Browser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import type { Page } from '../../support/html-page.ts';
import { basic, drive } from './driver.ts';
import { deskAt, pageOf, press, pressLabel, requestOf, signIn } from './people.ts';

/** The planner keeps issues for people, and goes on when they are away; the analyst reads them for people, or for itself. */
export function withTracker(config: VestibuleConfig): VestibuleConfig {
  const everything = { 'issues:read': ['plan'], 'issues:write': ['plan'] };
  return {
    ...config,
    agents: config.agents.map((agent) =>
      agent.id === 'planner'
        ? {
            ...agent,
            onBehalfOf: { ...agent.onBehalfOf, tracker: { scopes: everything, refreshTokens: true } },
          }
        : {
            ...agent,
            scopes: { ...agent.scopes, tracker: { required: ['issues:read'] } },
            onBehalfOf: { ...agent.onBehalfOf, tracker: { scopes: { 'issues:read': ['ask'] } } },
          },
    ),
    egress: {
      providers: (config.egress?.providers ?? []).map((provider) => ({
        ...provider,
        groups: [{ id: 'data', agents: ['analyst'], connectedBy: ['engineering'] }],
      })),
    },
    clients: config.clients.map((client) =>
      client.id === 'analyst-client'
        ? { ...client, authentication: { method: 'client_secret_basic' } }
        : client,
    ),
    roles: (config.roles ?? []).map((role) =>
      role.id === 'everyone'
        ? { ...role, scopes: { ...role.scopes, tracker: ['issues:read', 'issues:write'] } }
        : role,
    ),
  };
}

export const issues = '/api/projects/demo/issues';

/** Two agents, whoever calls them, and the account that people let them use. */
export interface TrackerAgents {
  /** What a person's client has for calling the agent: with a refresh token, so that it may go on. */
  readonly tokenOf: (user: string, agentId?: 'planner' | 'analyst') => Promise<string>;
  readonly agent: (id?: 'planner' | 'analyst', options?: Pick<AgentOptions, 'dpop'>) => Promise<Agent>;
  readonly basicOf: (id?: 'planner' | 'analyst') => Promise<{ readonly authorization: string }>;
  /** The person opens the page that an agent was told, says yes, and approves it at the tracker. */
  readonly connects: (browser: Browser, page: string, user?: string) => Promise<Page>;
  readonly disconnects: (browser: Browser) => Promise<Page>;
}

export function trackerAgentsAt(company: Company): TrackerAgents {
  const clientOf = (id: string): string => `${id}-client`;
  return {
    tokenOf: async (user, agentId = 'planner') => {
      const { origin } = new URL(company.mcpUrl);
      const scope = `${agentId === 'planner' ? 'plan' : 'ask'} offline_access`;
      const url = requestOf(company, { resource: `${origin}/agents/${agentId}`, scope });
      const code = (await signIn(url, { user })).get('code') ?? '';
      const { body, text } = await deskAt(drive(company)).redeem(code);
      if (typeof body['access_token'] !== 'string') throw new Error(text);
      return body['access_token'];
    },
    agent: async (id = 'planner', options = {}) =>
      createAgent({
        ...options,
        issuer: company.issuer,
        client: clientSecretBasic(clientOf(id), await company.secretOf(clientOf(id))),
        now: () => company.run.clock.now() / 1_000,
      }),
    basicOf: async (id = 'planner') => basic(clientOf(id), await company.secretOf(clientOf(id))),
    connects: async (browser, page, user = 'alice') => {
      const first = pageOf(await browser.open(page));
      const consent = first.url.origin === company.issuer ? first : pageOf(await press(browser, first, user));
      const there = pageOf(await pressLabel(browser, consent, 'Connect'));
      return there.url.origin === company.issuer
        ? there
        : pageOf(await pressLabel(browser, there, 'Approve as'));
    },
    disconnects: async (browser) =>
      pageOf(
        await pressLabel(
          browser,
          pageOf(await browser.open(new URL('/account', company.issuer))),
          'Disconnect',
        ),
      ),
  };
}
