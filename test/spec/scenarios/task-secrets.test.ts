import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { taskSecret } from '../../../lambdas/agent/index.ts';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { at } from '../support/exchanging.ts';
import { alice } from '../support/granted.ts';
import { type Refreshing, startRefreshing } from '../support/refreshing.ts';
import { hour, minute } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const account = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:';

/** The planner may have its tokens put into secrets, and looks into the safe, whose tokens say nothing. */
function withSecrets(config: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    agents: config.agents.map((agent) =>
      agent.id === 'planner'
        ? {
            ...agent,
            scopes: { ...agent.scopes, safe: { required: ['look'] } },
            tasks: { maximumHours: 72, secrets: [`${account}vestibule/tasks/*`] },
          }
        : agent,
    ),
  };
}

const house = forThisFile(() => startRefreshing(withSecrets));
const enveloped = forThisFile(() =>
  startRefreshing((config) => ({ ...withSecrets(config), signing: 'envelope' })),
);
const clients: SecretsManagerClient[] = [];
let vault: SecretsManagerClient;

beforeAll(() => {
  vault = vaultOf(house);
});
afterAll(() => {
  for (const client of clients) client.destroy();
});

function vaultOf({ run, operator }: Refreshing): SecretsManagerClient {
  const place = { endpoint: run.cloud.endpoint, region: 'us-east-1', credentials: operator };
  const client = new SecretsManagerClient(place);
  clients.push(client);
  return client;
}

async function newSecret(in_ = vault, folder = 'vestibule/tasks'): Promise<string> {
  const made = { Name: `${folder}/${randomUUID()}`, SecretString: 'nothing yet' };
  return (await in_.send(new CreateSecretCommand(made))).ARN ?? '';
}

async function read(secretArn: string, in_ = vault): Promise<string> {
  return (await in_.send(new GetSecretValueCommand({ SecretId: secretArn }))).SecretString ?? '';
}

async function versionsOf(SecretId: string): Promise<number> {
  const all = await vault.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }));
  return all.Versions?.length ?? 0;
}

const delivered = (secretArn: string) => ({ delivery: 'secret', secret_arn: secretArn });
const held = async (secretArn: string) => JSON.parse(await read(secretArn)) as Record<string, unknown>;

/** As a program that has neither a handle nor a client. */
const reader = (secretArn: string, in_ = vault) => taskSecret(secretArn, { read: (arn) => read(arn, in_) });

describe('a task that was opened with a secret', () => {
  verifies(
    'vestibule:task-delivery',
    'has its token there within a minute, for whoever may read the secret, and nobody is told it besides',
    async () => {
      const secretArn = await newSecret();
      const from = house.log.length;
      const task = await house.task({ resource: at.safe, scope: 'look', ...delivered(secretArn) });
      const spoken = await house.task({ resource: house.demo, ...delivered(await newSecret()) });
      expect(await read(secretArn)).toBe('nothing yet');
      await house.minutes(1);
      expect(house.tracedSince(from, task.id).at(-1)).toMatchObject({
        ...{ event: 'task_token_delivered', secretArn, clientId: 'planner-client', agentId: 'planner' },
      });
      const { value, type } = await reader(secretArn).token();
      const { resource } = await held(secretArn);
      expect([type, resource, value.slice(0, 4)]).toEqual(['Bearer', at.safe, 'vat_']);
      expect((await house.introspect('safe-server', value)).body).toMatchObject({
        ...{ active: true, client_id: 'planner-client', scope: 'look', task_chain: [task.id] },
      });
      const [told, ...others] = house.heard(task.id);
      expect(others).toEqual([]);
      expect(told).toMatchObject({ event: 'TaskTokenRefreshed', detail: { secret_arn: secretArn } });
      expect(JSON.stringify([house.log, house.heard(task.id)])).not.toContain(value);
      expect(house.heard(spoken.id)).toHaveLength(1);
    },
  );

  verifies(
    ['vestibule:task-delivery', 'vestibule:task-ends'],
    'has a good one there for as long as it goes on, and no other any more once it is over',
    async () => {
      const secretArn = await newSecret();
      const task = await house.task({
        ...{ resource: house.demo, ceiling: String(10 * hour) },
        ...delivered(secretArn),
      });
      const ids = new Set<unknown>();
      for (let passed = 0; passed < 38; passed += 1) {
        await house.minutes(1);
        const { access_token: token, expires_at: end } = await held(secretArn);
        expect(Number(end)).toBeGreaterThan(house.seconds() + minute);
        ids.add(decodeJwt(String(token)).jti);
      }
      expect(ids.size).toBeGreaterThanOrEqual(3);
      expect(ids.size).toBeLessThanOrEqual(4);
      expect(await versionsOf(secretArn)).toBe(ids.size + 1);
      await house.ask(task, 'complete');
      const last = await read(secretArn);
      await house.minutes(16);
      expect(await read(secretArn)).toBe(last);
      expect(house.heard(task.id).at(-1)).toMatchObject({ event: 'TaskEnded' });
    },
    60_000,
  );

  verifies(
    ['vestibule:task-delivery', 'vestibule:task-people'],
    'of a person, has theirs there, and none any more once they take it back',
    async () => {
      const secretArn = await newSecret();
      const letIn = await house.letIn();
      const form = { ...house.forPerson(letIn), ...delivered(secretArn) };
      const task = await house.task(form, 'scan-desk');
      await house.minutes(1);
      const { value } = await reader(secretArn).token();
      expect(decodeJwt(value)).toMatchObject({ sub: alice.id, aud: at.reports, task_chain: [task.id] });
      expect(await house.isActive(value, 'reports-server')).toBe(true);
      await house.revoke('scan-desk', letIn.refreshToken);
      expect(await house.isActive(value, 'reports-server')).toBe(false);
      await house.minutes(14);
      expect(await held(secretArn)).toMatchObject({ access_token: value });
      expect(house.heard(task.id).at(-1)).toMatchObject({
        ...{ event: 'TaskEnded', detail: { reason: 'revoked' } },
      });
    },
  );

  verifies('vestibule:task-delivery', 'has tokens there that were signed in the function', async () => {
    const there = vaultOf(enveloped);
    const secretArn = await newSecret(there);
    const task = await enveloped.task({ resource: at.reports, ...delivered(secretArn) });
    await enveloped.minutes(1);
    const { value } = await reader(secretArn, there).token();
    expect(decodeJwt(value)).toMatchObject({ aud: at.reports, task_chain: [task.id] });
    expect(await enveloped.isActive(value, 'reports-server')).toBe(true);
    expect(enveloped.callsOf('Refresher', 'kms:Decrypt')).toBe(1);
  });
});

describe('a token that cannot be put into its secret', () => {
  const may = (...secrets: readonly string[]) => ({
    maximum_hours: 8,
    ...(secrets.length > 0 && { secrets }),
  });

  /** An agent that was registered while the deployment runs, with a task of it. */
  async function clerks(id: string, secretArn: string, ...secrets: readonly string[]) {
    const { client } = house;
    const { body: demo } = await client.admin('GET', 'resources/demo');
    const agent = {
      id,
      owner: 'team',
      catalogue: [{ resource: String(demo['uri']), required: ['tools:read'] }],
    };
    await client.register('agents', { ...agent, tasks: may(...secrets) });
    const made = await client.register('clients', {
      ...{ client_id: `${id}-client`, agent_id: id, token_endpoint_auth_method: 'client_secret_post' },
    });
    const { status, body } = await client.send('/tasks', {
      method: 'POST',
      body: new URLSearchParams({
        ...{ client_id: `${id}-client`, client_secret: String(made['client_secret']), purpose: 'Scan' },
        ...delivered(secretArn),
      }),
    });
    expect(status).toBe(201);
    return { agent, taskId: String(body['task_id']) };
  }

  const failing = (reason: string) => [{ event: 'TaskFailed', detail: { reason, interaction: false } }];

  verifies('vestibule:task-delivery', 'is told of once, and the task goes on', async () => {
    const secretArn = await newSecret();
    const task = await house.task({ resource: house.demo, ...delivered(secretArn) });
    await vault.send(new DeleteSecretCommand({ SecretId: secretArn, ForceDeleteWithoutRecovery: true }));
    const from = house.log.length;
    await house.minutes(4);
    expect(house.heard(task.id)).toMatchObject(failing('delivery: secret_gone'));
    const traced = house.tracedSince(from, task.id).filter(({ event }) => event === 'task_delivery_failed');
    expect(traced.length).toBeGreaterThanOrEqual(2);
    expect((await house.ask(task, 'token')).status).toBe(200);
  });

  verifies(
    'vestibule:task-delivery',
    'because the deployment has nothing to do with the secret stays out of it, whatever an operator allows',
    async () => {
      const secretArn = await newSecret(vault, 'elsewhere');
      const { taskId } = await clerks('clerk', secretArn, `${account}elsewhere/*`);
      await house.minutes(1);
      expect(house.heard(taskId)).toMatchObject(failing('delivery: secret_denied'));
      expect(await read(secretArn)).toBe('nothing yet');
    },
  );

  verifies(
    ['vestibule:task-delivery', 'vestibule:task-policy'],
    'because its agent may do that no more leaves there what was there',
    async () => {
      const secretArn = await newSecret();
      const { agent, taskId } = await clerks('page', secretArn, `${account}vestibule/tasks/*`);
      await house.minutes(1);
      const before = await held(secretArn);
      expect(before).toMatchObject({ task_id: taskId });
      await house.client.admin('PUT', 'agents/page', { ...agent, tasks: may() });
      house.client.letCachesExpire();
      await house.minutes(13);
      expect(house.heard(taskId).slice(1)).toMatchObject(failing('delivery: secret_not_allowed'));
      expect(await held(secretArn)).toEqual(before);
    },
  );
});

describe('no task is opened that would put into a secret', () => {
  verifies('vestibule:task-refused', 'tokens of several resources', async () => {
    const form = { purpose: 'Scan', ...delivered(await newSecret()) };
    const pairs = [...Object.entries(form), ['resource', house.demo], ['resource', at.reports]] as const;
    const { status, body } = await house.open(pairs);
    expect([status, body['error'], body['error_description']]).toEqual([
      ...[400, 'invalid_target', 'the delivery secret is for one resource: name one'],
    ]);
  });
});
