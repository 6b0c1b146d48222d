import type { VestibuleConfig } from '../../../lib/index.ts';
import { machineJudge, type PlayedExchanges, playExchanges } from '../../support/played-exchanges.ts';
import { type Answer, basic } from './driver.ts';
import type { Tasking } from './tasking.ts';
import { type PlayedOffice, startPlayedOffice } from './played-office.ts';

type Form = Readonly<Record<string, string>>;

export const filesUri = 'https://files.example.com';
const ourSecrets = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:files-*';

/** A task of the planner, as its client knows it. */
export interface ApiTask {
  readonly id: string;
  readonly handle: string;
  readonly body: Answer['body'];
}

/** An office in which the planner gets tokens of an API behind the identity provider, as itself; they live for five minutes. */
export interface ApiTasks extends PlayedOffice, Pick<Tasking, 'issuer' | 'demo' | 'seconds'> {
  readonly exchanges: PlayedExchanges;
  /** A request for a task on the API; a form is laid over it. */
  readonly open: (form?: Form, clientId?: string) => Promise<Answer>;
  /** The same, of which a task is expected. */
  readonly task: (form?: Form) => Promise<ApiTask>;
  /** How a client proves itself. */
  readonly as: (clientId: string) => Promise<Readonly<Record<string, string>>>;
  readonly pull: (task: ApiTask, form?: Form) => Promise<Answer>;
  readonly status: (task: ApiTask) => Promise<Answer['body']>;
  /** Lets time pass, after each stride of which the schedules run and the queues are worked off; `each` comes after. */
  readonly strides: (count: number, seconds: number, each?: () => Promise<void>) => Promise<void>;
}

export async function startApiTasks(): Promise<ApiTasks> {
  const exchanges = playExchanges(machineJudge('files'));
  const office = await startPlayedOffice({ also: exchanges.also, change: withFiles });
  const { client, company } = office;
  const as = async (clientId: string) => basic(clientId, await company.secretOf(clientId));
  const post = async (path: string, form: Form, clientId = 'planner-client') =>
    client.send(path, {
      ...{ method: 'POST', headers: await as(clientId), body: new URLSearchParams(form) },
    });
  const open: ApiTasks['open'] = (form = {}, clientId) =>
    post('/tasks', { purpose: 'File', resource: filesUri, ...form }, clientId);
  return {
    ...{ ...office, exchanges, open, as },
    ...{ issuer: company.issuer, demo: company.mcpUrl },
    seconds: () => Math.floor(company.run.clock.now() / 1_000),
    task: async (form) => {
      // RFC 9110 §15.6.4: whoever is told so comes again; the first of all waits for what has not begun.
      let { status, body, text } = await open(form);
      for (let tries = 0; status === 503 && tries < 5; tries += 1) {
        ({ status, body, text } = await open(form));
      }
      if (status !== 201) throw new Error(`${status} ${text}`);
      return { id: String(body['task_id']), handle: String(body['handle']), body };
    },
    pull: ({ id, handle }, form = {}) => post(`/tasks/${id}/token`, { handle, ...form }),
    status: async ({ id, handle }) => {
      const headers = { ...(await as('planner-client')), 'vestibule-task-handle': handle };
      return (await client.get(`/tasks/${id}`, headers)).body;
    },
    strides: async (count, seconds, each = () => Promise.resolve()) => {
      for (let passed = 0; passed < count; passed += 1) {
        company.run.clock.advance(seconds);
        await company.run.settle();
        await each();
      }
    },
  };
}

function withFiles(config: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    agents: config.agents.map((agent) =>
      agent.id === 'planner'
        ? { ...agent, tasks: { ...agent.tasks, maximumHours: 72, secrets: [ourSecrets] } }
        : agent,
    ),
    clients: [
      ...config.clients,
      {
        ...{ id: 'bound-client', agent: 'planner', authentication: { method: 'client_secret_basic' } },
        dpopBoundAccessTokens: true,
      },
      { id: 'analyst-basic', agent: 'analyst', authentication: { method: 'client_secret_basic' } },
    ],
    downstreamApis: [
      {
        ...{ id: 'files', uri: filesUri, idp: 'demo', scopes: { read: 'files.read', write: 'files.write' } },
        ...{ strategy: { kind: 'rfc8693', audience: 'files' }, agents: { planner: ['read'] } },
      },
    ],
  };
}
