import { expect } from 'vitest';
import type { ClientConfig, VestibuleConfig } from '../../../lib/index.ts';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import {
  startDeployment,
  type TestDeployment,
  type TestDeploymentOptions,
} from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from './driver.ts';
import { eventsSince } from './people.ts';
import { type Granting, grantingAt, type Wish } from './granted.ts';

type Form = Readonly<Record<string, string | undefined>>;

export const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
export const jwt = 'urn:ietf:params:oauth:token-type:jwt';

const host = 'https://chain.example.com';
/** By its short id, the URI of each resource of a chain. */
export const at = {
  planner: `${host}/planner`,
  analyst: `${host}/analyst`,
  reports: `${host}/reports`,
  ledger: `${host}/ledger`,
  safe: `${host}/safe`,
} as const;

const people: Omit<ClientConfig, 'id'> = {
  grants: ['authorization_code', 'refresh_token'],
  authentication: { method: 'none' },
  redirectUris: ['http://127.0.0.1/callback'],
};
const machine = { authentication: { method: 'client_secret_basic' } } as const;

/**
 * People talk to the planner, which asks the analyst, which uses the reports, whose server uses the ledger. The safe is
 * nobody's to reach but the courier's, who is the registered actor of the reports' neighbour.
 */
export function withChain(config: VestibuleConfig = exampleConfig): VestibuleConfig {
  return {
    ...config,
    resources: [
      ...config.resources,
      {
        ...{ id: 'planner', uri: at.planner, kind: 'agent', agent: 'planner', name: 'Planner' },
        scopes: { plan: 'Plan', 'plan:deep': 'Plan deeply' },
      },
      {
        ...{ id: 'analyst', uri: at.analyst, kind: 'agent', agent: 'analyst', name: 'Analyst' },
        scopes: { ask: 'Ask', 'ask:all': 'Ask about everything' },
      },
      {
        ...{ id: 'reports', uri: at.reports, name: 'Reports' },
        scopes: { 'reports:read': 'Read reports', 'reports:write': 'Write reports' },
        onBehalfOf: {
          ledger: {
            scopes: { 'ledger:read': ['reports:read', 'reports:write'], 'ledger:write': ['reports:write'] },
            subjects: ['person', 'agent'],
          },
        },
      },
      {
        ...{ id: 'ledger', uri: at.ledger, name: 'Ledger' },
        scopes: { 'ledger:read': 'Read entries', 'ledger:write': 'Write entries' },
        actor: 'courier',
      },
      {
        ...{ id: 'safe', uri: at.safe, name: 'Safe', tokens: 'opaque' },
        scopes: { open: 'Open', look: 'Look' },
      },
    ],
    agents: [
      ...config.agents.map((agent) => {
        if (agent.id === 'planner') {
          return {
            ...agent,
            scopes: { ...agent.scopes, analyst: { optional: ['ask', 'ask:all'] } },
            onBehalfOf: {
              analyst: { scopes: { ask: ['plan'], 'ask:all': ['plan:deep'] } },
              reports: { scopes: { 'reports:read': ['plan'] }, impersonation: true },
            },
          };
        }
        if (agent.id !== 'analyst') return agent;
        return {
          ...agent,
          scopes: { ...agent.scopes, planner: { optional: ['plan'] } },
          onBehalfOf: {
            reports: {
              scopes: { 'reports:read': ['ask'], 'reports:write': ['ask:all'] },
              subjects: ['person', 'agent'] as const,
            },
            planner: { scopes: { plan: ['ask'] } },
          },
        };
      }),
      {
        id: 'courier',
        owner: 'post@example.com',
        scopes: { safe: { optional: ['look'] } },
        onBehalfOf: { safe: { scopes: { open: ['ledger:read'], look: ['ledger:read'] } } },
      },
    ],
    clients: [
      ...config.clients,
      { ...people, id: 'desk', name: 'Desk' },
      { ...people, id: 'demo-desk', name: 'Desk of the analyst', agent: 'analyst' },
      { ...people, id: 'planner-desk', name: 'Desk of the planner', agent: 'planner' },
      { ...machine, id: 'courier-client', agent: 'courier' },
      { ...machine, id: 'reports-server', resource: 'reports' },
      { ...machine, id: 'ledger-server', resource: 'ledger' },
      { ...machine, id: 'safe-server', resource: 'safe' },
    ],
    roles: [
      ...(config.roles ?? []).map((role) =>
        role.id === 'everyone'
          ? {
              ...role,
              scopes: {
                ...role.scopes,
                planner: ['plan', 'plan:deep'],
                analyst: ['ask', 'ask:all'],
                reports: ['reports:read', 'reports:write'],
                ledger: ['ledger:read'],
                safe: ['open', 'look'],
              },
            }
          : role,
      ),
      { id: 'bookkeepers', groups: { demo: ['bookkeepers'] }, scopes: { ledger: ['ledger:write'] } },
    ],
  };
}

/** The clients of a deployment with that chain, and people who use it. */
export interface Exchanging extends TestDeployment {
  readonly client: Driver;
  readonly granting: Granting;
  /** How a client of the config proves itself. */
  readonly as: (clientId: string) => Promise<Readonly<Record<string, string>>>;
  /** An access token of alice, who granted it to `desk`. */
  readonly alices: (resource: string, scope: readonly string[], wish?: Partial<Wish>) => Promise<string>;
  /** An agent's own, by client credentials. */
  readonly agents: (clientId: string, form: Form) => Promise<string>;
  /** One exchange; `more` is laid over, and `undefined` leaves a parameter out. */
  readonly exchange: (clientId: string, token: string, more?: Form, path?: string) => Promise<Answer>;
  /** The same, of which a token is expected. */
  readonly exchanged: (clientId: string, token: string, more?: Form) => Promise<string>;
  readonly introspect: (serverId: string, token: string) => Promise<Answer>;
}

export async function startExchanging(
  change: (config: VestibuleConfig) => VestibuleConfig = (config) => config,
  options: Pick<TestDeploymentOptions, 'port'> = {},
): Promise<Exchanging> {
  const deployment = await startDeployment({ ...options, config: change(withChain()) });
  const client = drive(deployment);
  const granting = grantingAt(deployment, client);
  const as: Exchanging['as'] = async (clientId) => basic(clientId, await deployment.secretOf(clientId));
  const post = async (path: string, form: Form, clientId: string): Promise<Answer> =>
    client.send(path, {
      ...{ method: 'POST', headers: await as(clientId) },
      body: new URLSearchParams(
        Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    });
  const exchange: Exchanging['exchange'] = (clientId, token, more = {}, path = '/token') =>
    post(
      path,
      { grant_type: grantType, subject_token: token, subject_token_type: accessToken, ...more },
      clientId,
    );
  return {
    ...deployment,
    ...{ client, granting, as, exchange },
    alices: async (resource, scope, wish = {}) => {
      const clientId = wish.clientId ?? 'desk';
      const code = await granting.code({ clientId, resource, scope, offline: false, ...wish });
      return tokenOf(await granting.redeem(code, clientId));
    },
    agents: async (clientId, form) =>
      tokenOf(await post('/token', { grant_type: 'client_credentials', ...form }, clientId)),
    exchanged: async (clientId, token, more) => tokenOf(await exchange(clientId, token, more)),
    introspect: (serverId, token) => post('/introspect', { token }, serverId),
    stop: async () => {
      granting.stop();
      await deployment.stop();
    },
  };
}

/** Asks with that form for what must be refused; `why` is what the audit trail has. */
export function refusedAt(house: Exchanging, form: Form) {
  return async (
    token: string,
    more: Form,
    clientId = 'reports-server',
  ): Promise<{ readonly answer: readonly unknown[]; readonly why: unknown }> => {
    const from = house.log.length;
    const { status, body } = await house.exchange(clientId, token, { ...form, ...more });
    const [event, ...others] = eventsSince(house, from) as readonly Readonly<Record<string, unknown>>[];
    expect([event, others]).toMatchObject([{ event: 'token_refused', clientId }, []]);
    return {
      answer: [status, body['error'], body['error_description']],
      why: event?.['detail'] ?? event?.['reason'],
    };
  };
}

function tokenOf({ status, text, body }: Answer): string {
  if (status !== 200) throw new Error(`${status} ${text}`);
  return String(body['access_token']);
}
