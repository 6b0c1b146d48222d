import type { VestibuleConfig } from '../../../lib/index.ts';
import type { GrantId } from '../../../lambdas/runtime/identifiers.ts';
import type { Answer } from './driver.ts';
import { accessToken, at } from './exchanging.ts';
import { type GoingOn, refreshTokenType, startGoingOn } from './going-on.ts';
import type { Wish } from './granted.ts';

type Form = Readonly<Record<string, string | undefined>>;
/** A parameter may stand there twice. */
type Pairs = readonly (readonly [string, string])[];
type Ask = 'token' | 'heartbeat' | 'complete' | 'extend' | 'revoke';

export const minute = 60;
export const hour = 60 * minute;

/** A task that was opened, as its client knows it. */
export interface Opened {
  readonly id: string;
  readonly handle: string;
  readonly clientId: string;
  readonly body: Answer['body'];
}

/** The planner reads reports too, and has a client that people let in; the courier opens no tasks. */
export function withTaskClients(config: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    agents: config.agents.map((agent) =>
      agent.id === 'planner'
        ? {
            ...agent,
            scopes: {
              ...agent.scopes,
              reports: { required: ['reports:read'], optional: ['reports:write'] },
            },
          }
        : agent,
    ),
    clients: [
      ...config.clients,
      {
        ...{ id: 'scan-desk', agent: 'planner', authentication: { method: 'client_secret_basic' } },
        grants: ['authorization_code', 'refresh_token'],
        redirectUris: ['http://127.0.0.1/callback'],
      },
      {
        ...{ id: 'bound-client', agent: 'planner', authentication: { method: 'client_secret_basic' } },
        dpopBoundAccessTokens: true,
      },
    ],
  };
}

/** What a person let the desk of the scanner do. */
export interface LetIn {
  readonly grantId: GrantId;
  readonly refreshToken: string;
}

export interface Tasking extends GoingOn {
  readonly letIn: (wish?: Partial<Wish>) => Promise<LetIn>;
  /** The form of a task in the name of a person who let the desk in. */
  readonly forPerson: (letIn: LetIn) => Form;
  /** The same by a token that was sent to the planner. */
  readonly bySender: (token: string) => Form;
  readonly demo: string;
  /** A request for a task; `undefined` leaves a parameter out. */
  readonly open: (form?: Form | Pairs, clientId?: string) => Promise<Answer>;
  /** The same, of which a task is expected. */
  readonly task: (form?: Form, clientId?: string) => Promise<Opened>;
  readonly ask: (task: Opened, what: Ask, form?: Form, clientId?: string) => Promise<Answer>;
  readonly status: (task: Opened, clientId?: string) => Promise<Answer>;
  readonly seconds: () => number;
}

export async function startTasking(
  change: (config: VestibuleConfig) => VestibuleConfig = (config) => config,
): Promise<Tasking> {
  const house = await startGoingOn((config) => change(withTaskClients(config)));
  const { client, granting } = house;
  const { body: demo } = await client.admin('GET', 'resources/demo');
  const post = async (path: string, form: Pairs, clientId: string) =>
    client.send(path, {
      ...{ method: 'POST', headers: await house.as(clientId) },
      body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])),
    });
  const open: Tasking['open'] = (form = {}, clientId = 'planner-client') =>
    post('/tasks', isPairs(form) ? form : given({ purpose: 'Scan', ...form }), clientId);
  return {
    ...house,
    open,
    demo: String(demo['uri']),
    letIn: async (wish = {}) => {
      const clientId = wish.clientId ?? 'scan-desk';
      const asked = { resource: at.reports, scope: ['openid', 'reports:read', 'reports:write'] };
      const granted = await granting.code({ clientId, agentId: 'planner', ...asked, ...wish });
      const { body, text, status } = await granting.redeem(granted, clientId, {}, await house.as(clientId));
      if (status !== 200) throw new Error(`${status} ${text}`);
      return { grantId: granted.grantId, refreshToken: String(body['refresh_token']) };
    },
    forPerson: ({ refreshToken }) => ({ subject_token: refreshToken, subject_token_type: refreshTokenType }),
    bySender: (token) => ({ subject_token: token, subject_token_type: accessToken, resource: at.analyst }),
    task: async (form, clientId = 'planner-client') => {
      const { status, body, text } = await open(form, clientId);
      if (status !== 201) throw new Error(`${status} ${text}`);
      return { id: String(body['task_id']), handle: String(body['handle']), clientId, body };
    },
    ask: (task, what, form = {}, clientId = task.clientId) =>
      post(`/tasks/${task.id}/${what}`, given({ handle: task.handle, ...form }), clientId),
    status: async (task, clientId = task.clientId) =>
      client.get(`/tasks/${task.id}`, {
        ...(await house.as(clientId)),
        'vestibule-task-handle': task.handle,
      }),
    seconds: () => Math.floor(house.run.clock.now() / 1_000),
  };
}

function given(form: Form): Pairs {
  return Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

function isPairs(form: Form | Pairs): form is Pairs {
  return Array.isArray(form);
}

/** The end of which an answer tells, but for its time. */
export function endIn({ body }: Pick<Answer, 'body'>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(body['task_end'] ?? {});
  return Object.fromEntries(entries.filter(([name]) => name !== 'at'));
}
