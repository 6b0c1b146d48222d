import type { VestibuleConfig } from '../../../lib/index.ts';
import { type Answer, basic } from './driver.ts';
import { hosted, verifier } from './people.ts';
import { type Heard, heardOf } from './refreshing.ts';
import { type PlayedOffice, startPlayedOffice } from './played-office.ts';
import { refreshTokenType } from './going-on.ts';

/** A task in the name of a person, as its client knows it. */
export interface PersonTask {
  readonly id: string;
  readonly handle: string;
}

/** Tasks of people who sign in at a provider that plays any part, while their refreshers run. */
export interface Waiting extends PlayedOffice {
  /** Somebody signs in and lets the scanner go on while they are away: its refresh token. */
  readonly letIn: () => Promise<string>;
  /** A task that it opens in their name. */
  readonly task: (form?: Readonly<Record<string, string>>) => Promise<PersonTask>;
  /** What its client is told when it refreshes that token. */
  readonly refreshAs: (refreshToken: string) => Promise<Answer>;
  /** What the bus of tasks was told of one task. */
  readonly heard: (taskId: string) => readonly Heard[];
  readonly pull: (task: PersonTask) => Promise<Answer>;
  readonly status: (task: PersonTask) => Promise<Answer>;
  /** Lets so many seconds pass, after which the schedules run and the queues are worked off. */
  readonly pass: (seconds: number) => Promise<void>;
  readonly seconds: () => number;
}

const client = 'scan-desk';

function withScanner(config: VestibuleConfig): VestibuleConfig {
  const scanner = {
    ...{ id: client, agent: 'planner', name: 'Scanner', redirectUris: [hosted] },
    authentication: { method: 'client_secret_basic' },
    grants: ['authorization_code', 'refresh_token'],
  } as const;
  return { ...config, clients: [...config.clients, scanner] };
}

export async function startWaiting(
  change: (config: VestibuleConfig) => VestibuleConfig = (config) => config,
): Promise<Waiting> {
  const office = await startPlayedOffice({ change: (config) => change(withScanner(config)) });
  const { run, secretOf } = office.company;
  const secret = basic(client, await secretOf(client));
  const letIn = async (): Promise<string> => {
    const code = await office.code({ client_id: client, scope: 'tools:read offline_access' });
    const { status, text, body } = await office.client.token(
      { grant_type: 'authorization_code', code, redirect_uri: hosted, code_verifier: verifier },
      secret,
    );
    if (status !== 200) throw new Error(`${status} ${text}`);
    return String(body['refresh_token']);
  };
  return {
    ...office,
    letIn,
    task: async (form = {}) => {
      const token = form['subject_token'] ?? (await letIn());
      const subject = { subject_token: token, subject_token_type: refreshTokenType };
      const { status, text, body } = await office.client.send('/tasks', {
        ...{ method: 'POST', headers: secret },
        body: new URLSearchParams({ purpose: 'Scan', ...subject, ...form }),
      });
      if (status !== 201) throw new Error(`${status} ${text}`);
      return { id: String(body['task_id']), handle: String(body['handle']) };
    },
    refreshAs: (refreshToken) =>
      office.client.token({ grant_type: 'refresh_token', refresh_token: refreshToken }, secret),
    heard: (taskId) => heardOf(run, taskId),
    pull: ({ id, handle }) =>
      office.client.send(`/tasks/${id}/token`, {
        ...{ method: 'POST', headers: secret, body: new URLSearchParams({ handle }) },
      }),
    status: ({ id, handle }) =>
      office.client.get(`/tasks/${id}`, { ...secret, 'vestibule-task-handle': handle }),
    pass: async (seconds) => {
      run.clock.advance(seconds);
      await run.settle();
    },
    seconds: () => Math.floor(run.clock.now() / 1_000),
  };
}
