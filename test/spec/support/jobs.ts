import {
  type Agent,
  clientSecretBasic,
  createAgent,
  type Task,
  type TaskOptions,
} from '../../../lambdas/agent/index.ts';
import { createVerifier, type Verifier } from '../../../lambdas/resource-server/index.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { basic } from './driver.ts';
import { hosted, verifier } from './people.ts';
import type { PlayedOffice } from './played-office.ts';

export const minute = 60;

/** People let the planner work for them, by a client of its own. */
export function withJobs(config: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    clients: [
      ...config.clients,
      {
        ...{ id: 'scan-desk', agent: 'planner', authentication: { method: 'client_secret_basic' } },
        grants: ['authorization_code', 'refresh_token'],
        redirectUris: [hosted],
      },
    ],
  };
}

export type JobOptions = Omit<TaskOptions, 'purpose' | 'resource' | 'onBehalfOf'>;

/**
 * Jobs of the agents of an office that take hours. They have what any agent has, the published module and an MCP server to call; the
 * server asks its own verifier and introspection about every call.
 */
export interface Jobs {
  readonly seconds: () => number;
  readonly agentOf: (clientId: string) => Promise<Agent>;
  /** One of an agent in its own name. */
  readonly machine: (options?: JobOptions, clientId?: string) => Promise<Task>;
  /** One of the planner in the name of somebody who signs in for it. */
  readonly person: (options?: JobOptions) => Promise<Task>;
  /** Calls the server under each of them: what went wrong. */
  readonly call: (jobs: readonly Task[]) => Promise<readonly string[]>;
  /**
   * Lets minutes pass, so many at once; after each the schedules run, the queues are worked off and each job calls its server. Tells what
   * went wrong.
   */
  readonly work: (jobs: readonly Task[], minutes: number, atOnce?: number) => Promise<readonly string[]>;
  /** What the server has refused, whether or not the agent came again with another token. */
  readonly refused: readonly string[];
}

export function jobsAt(office: PlayedOffice): Jobs {
  const { issuer, run, mcpUrl: resource, secretOf } = office.company;
  const seconds = (): number => Math.floor(run.clock.now() / 1_000);
  const { serve, refused } = serverAt(office, seconds);
  const agentOf = async (clientId: string): Promise<Agent> => {
    const client = clientSecretBasic(clientId, await secretOf(clientId));
    const send = (url: string, init: RequestInit): Promise<Response> =>
      url === resource ? serve(new Headers(init.headers)) : patiently(url, init);
    return createAgent({ issuer, client, now: seconds, patienceSeconds: 0, fetch: send });
  };
  const call: Jobs['call'] = async (jobs) => {
    const went = await Promise.all(jobs.map((job) => outcomeOf(job, resource)));
    return went.flatMap((why, job) => (why === undefined ? [] : [`job ${job} at ${seconds()}: ${why}`]));
  };
  return {
    ...{ seconds, agentOf, call, refused },
    machine: async (options = {}, clientId = 'planner-client') =>
      (await agentOf(clientId)).openTask({ purpose: 'Scan', resource, ...options }),
    person: async (options = {}) => {
      const onBehalfOf = { refreshToken: await signedIn(office) };
      return (await agentOf('scan-desk')).openTask({ purpose: 'Scan', resource, onBehalfOf, ...options });
    },
    work: async (jobs, minutes, atOnce = 1) => {
      const wrong: string[] = [];
      for (let passed = 0; passed < minutes; passed += atOnce) {
        run.clock.advance(atOnce * minute);
        await run.settle();
        wrong.push(...(await call(jobs)));
      }
      return wrong;
    },
  };
}

/** However slow the machine is: the time of a scenario is that of the run. */
const patiently = (url: string, init: RequestInit): Promise<Response> =>
  fetch(url, { ...init, signal: null });

/** By which the MCP server of the office judges tokens, offline but for the keys and the feed of ends. */
export function judgeAt(
  { issuer, mcpUrl: resource }: Pick<PlayedOffice['company'], 'issuer' | 'mcpUrl'>,
  now: () => number,
): Verifier {
  return createVerifier({ issuer, resource, now, fetch: patiently });
}

/** An MCP server, as far as it judges who calls it. */
function serverAt({ company, client }: PlayedOffice, seconds: () => number) {
  const { secretOf } = company;
  const judge = judgeAt(company, seconds);
  const itself = once(async () => basic('demo-server', await secretOf('demo-server')));
  const refused: string[] = [];
  const serve = async (headers: Headers): Promise<Response> => {
    const presented = headers.get('authorization');
    const verification = await judge.verify(presented);
    if (!verification.ok) {
      const { status, headers: challenge, body } = verification.challenge;
      refused.push(String(body['error_description'] ?? body['error'] ?? status));
      return Response.json(body, { status, headers: challenge });
    }
    const token = (presented ?? '').replace(/^Bearer /, '');
    const introspection = await client.send('/introspect', {
      ...{ method: 'POST', headers: await itself(), body: new URLSearchParams({ token }) },
    });
    if (introspection.body['active'] === true) return Response.json({});
    refused.push(`introspection: ${introspection.text}`);
    const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' };
    return Response.json({ error: 'invalid_token' }, { status: 401, headers: challenge });
  };
  return { serve, refused };
}

async function outcomeOf(job: Task, resource: string): Promise<string | undefined> {
  try {
    const { status } = await job.fetch(resource);
    return status === 200 ? undefined : `refused with ${status}`;
  } catch (error) {
    return String(error);
  }
}

/** The refresh token that the planner has of somebody. */
async function signedIn({ company, client, code }: PlayedOffice): Promise<string> {
  const form = {
    ...{ grant_type: 'authorization_code', redirect_uri: hosted, code_verifier: verifier },
    code: await code({ client_id: 'scan-desk', scope: 'tools:read tools:write' }),
  };
  const planner = basic('scan-desk', await company.secretOf('scan-desk'));
  const { status, text, body } = await client.token(form, planner);
  if (status !== 200) throw new Error(`${status} ${text}`);
  return String(body['refresh_token']);
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
