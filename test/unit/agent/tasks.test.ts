import { generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentError, DiscoveryFailed, TaskEnded, TokenRefused } from '../../../lambdas/agent/index.ts';
import { challenge, failure, presentedIn, secret, startServer, startWorld, type World } from './fixture.ts';
import { handle, playTask } from './task-fixture.ts';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const asked = () => world.issuer.seen.filter(({ path }) => path.startsWith('/tasks')).map(({ path }) => path);
const scan = { purpose: 'a scan' };

describe('an agent that opens a task', () => {
  it('says what it wants, proves its client, and calls with the first token at once', async () => {
    playTask(world);
    const task = await world.agent().openTask({
      ...{ purpose: 'a scan', resource: world.resource, scope: 'read' },
      ...{ ceilingSeconds: 10_800, heartbeatSeconds: 300, onBehalfOf: { refreshToken: 'of-alice' } },
    });
    expect(await presentedIn(await task.fetch(world.resource))).toBe('token-1');
    expect(task).toMatchObject({ id: 'task-1', handle });
    const [opening, ...others] = world.issuer.to('/tasks');
    expect(others).toEqual([]);
    expect(opening!.headers['authorization']).toBe(`Basic ${btoa(`planner-client:${secret}`)}`);
    expect(Object.fromEntries(opening!.form)).toEqual({
      ...{ purpose: 'a scan', resource: world.resource, scope: 'read' },
      ...{ ceiling: '10800', heartbeat_interval: '300', subject_token: 'of-alice' },
      subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
    });
    expect(world.mcp.seen.map(({ path }) => path)).toEqual(['/mcp']);
  });

  it('names each resource, where its tokens go besides, and who sent it a token', async () => {
    playTask(world);
    await world.agent().openTask({
      ...scan,
      resource: ['https://one.example', 'https://two.example'],
      ...{ delivery: { secretArn: 'arn:of-a-secret' }, onBehalfOf: { accessToken: 'sent-by-alice' } },
    });
    const { form } = world.issuer.to('/tasks')[0]!;
    expect(form.getAll('resource')).toEqual(['https://one.example', 'https://two.example']);
    expect(Object.fromEntries(form)).toMatchObject({
      ...{ delivery: 'secret', secret_arn: 'arn:of-a-secret', subject_token: 'sent-by-alice' },
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
  });

  it('proves its key with each question, and again where the server wants a nonce', async () => {
    const { tasks } = (playTask(world), world.answers);
    world.answers.tasks = async (seen) => {
      if (!seen.headers['dpop']) throw new Error('no proof');
      const [, claims = ''] = seen.headers['dpop'].split('.');
      if (!Buffer.from(claims, 'base64url').toString().includes('"nonce"')) {
        return { status: 400, headers: { 'dpop-nonce': 'n' }, body: { error: 'use_dpop_nonce' } };
      }
      const { status, body } = await tasks(seen);
      const said = body as { token?: object };
      const bound = { token_type: 'DPoP' };
      return {
        status,
        body: { ...said, ...bound, ...(said.token && { token: { ...said.token, ...bound } }) },
      };
    };
    const agent = world.agent({ dpop: await generateKeyPair('ES256') });
    const task = await agent.openTask(scan);
    expect((await task.token()).type).toBe('DPoP');
    expect(asked()).toEqual(['/tasks', '/tasks']);
  });

  it('asks where the metadata of the issuer says that its tasks are', async () => {
    playTask(world);
    const tasks = await startServer((seen) =>
      world.answers.tasks({ ...seen, path: seen.path.replace(/^\/of\/acme\/jobs/, '/tasks') }),
    );
    const { server } = world.answers;
    world.answers.server = async (seen) => {
      const { status, body } = await server(seen);
      return {
        status,
        body: { ...(body as object), vestibule_tasks_endpoint: `${tasks.origin}/of/acme/jobs` },
      };
    };
    const task = await world.agent().openTask(scan);
    world.now += 880;
    await task.token();
    await task.complete();
    await tasks.close();
    expect(tasks.seen.map(({ path }) => path)).toEqual([
      ...['/of/acme/jobs', '/of/acme/jobs/task-1/token', '/of/acme/jobs/task-1/complete'],
    ]);
    expect(asked()).toEqual([]);
  });

  it.each([
    ['nowhere', undefined],
    ['where anybody may listen', 'http://tasks.example/tasks'],
    ['at something that is no address', ['https://auth.example.com/tasks']],
  ])('shows nobody its secret where the metadata has tasks %s', async (_, endpoint) => {
    playTask(world);
    const { server } = world.answers;
    world.answers.server = async (seen) => {
      const { status, body } = await server(seen);
      return { status, body: { ...(body as object), vestibule_tasks_endpoint: endpoint } };
    };
    const sent: string[] = [];
    const agent = world.agent({
      fetch: (url, init) => {
        sent.push(url);
        return fetch(url, init);
      },
    });
    const error = await failure(agent.openTask(scan));
    expect(error).toBeInstanceOf(DiscoveryFailed);
    expect(error.message).toMatch(/names no endpoint of tasks/);
    expect(sent).toEqual([`${world.issuer.origin}/.well-known/oauth-authorization-server`]);
  });

  it('is refused in the words of the server', async () => {
    world.answers.tasks = () => ({
      status: 400,
      body: { error: 'invalid_request', error_description: 'the ceiling is later than it may be' },
    });
    expect(await failure(world.agent().openTask(scan))).toMatchObject({
      ...{ name: 'TokenRefused', error: 'invalid_request' },
      description: 'the ceiling is later than it may be',
    });
  });
});

describe('a task', () => {
  it('pulls another token before the one it has ends, once for all who wait', async () => {
    playTask(world);
    const task = await world.agent().openTask(scan);
    world.now += 880;
    const answers = await Promise.all(Array.from({ length: 50 }, () => task.fetch(world.resource)));
    expect(new Set(await Promise.all(answers.map(presentedIn)))).toEqual(new Set(['token-2']));
    expect(asked()).toEqual(['/tasks', '/tasks/task-1/token']);
    const { form } = world.issuer.to('/tasks/task-1/token')[0]!;
    expect(Object.fromEntries(form)).toEqual({ handle, resource: world.resource });
  });

  it('pulls one more where the server refuses what it has, and no third', async () => {
    playTask(world);
    const task = await world.agent().openTask(scan);
    world.good = new Set(['token-2']);
    expect(await presentedIn(await task.fetch(world.resource))).toBe('token-2');
    world.good = new Set();
    expect((await task.fetch(world.resource)).status).toBe(401);
    expect(asked()).toEqual(['/tasks', '/tasks/task-1/token', '/tasks/task-1/token']);
  });

  it('answers a refusal for want of scope as the server did, for it never grows', async () => {
    playTask(world);
    world.answers.resource = () => ({
      ...challenge(world, 'error="insufficient_scope", scope="write"'),
      status: 403,
    });
    const task = await world.agent().openTask(scan);
    expect((await task.fetch(world.resource)).status).toBe(403);
    expect(world.mcp.seen).toHaveLength(1);
    expect(asked()).toEqual(['/tasks']);
  });

  it('that is over says why wherever a token was wanted, and asks nobody twice', async () => {
    const played = playTask(world);
    const task = await world.agent().openTask(scan);
    played.ended = { reason: 'agent_disabled', at: world.now, detail: 'client_not_active' };
    world.good = new Set();
    const error = await failure(task.fetch(world.resource));
    expect(error).toBeInstanceOf(TaskEnded);
    expect(error).toBeInstanceOf(TokenRefused);
    expect(error).toMatchObject({ ...played.ended, error: 'invalid_grant', of: undefined });
    expect(String(error)).toBe(
      `TaskEnded: ${world.issuer.origin} refused a token: invalid_grant (the task is over: agent_disabled)`,
    );
    for (const again of [task.fetch(world.resource), task.token(), task.heartbeat(), task.child(scan)]) {
      await expect(again).rejects.toBe(error);
    }
    expect(asked()).toEqual(['/tasks', '/tasks/task-1/token']);
    expect(String(error)).not.toContain(handle);
  });

  it('that is completed is over for who completed it, who may do so again', async () => {
    playTask(world);
    const task = await world.agent().openTask(scan);
    await task.complete();
    await task.complete();
    await expect(task.fetch(world.resource)).rejects.toMatchObject({ reason: 'completed' });
    await expect(task.revoke()).rejects.toMatchObject({ reason: 'completed' });
    expect(world.mcp.seen).toEqual([]);
    expect(asked()).toEqual(['/tasks', '/tasks/task-1/complete']);
  });

  it('goes on elsewhere by its handle, with tokens of its own', async () => {
    playTask(world);
    const task = await world.agent().resumeTask({ handle });
    expect(await presentedIn(await task.fetch(world.resource))).toBe('token-1');
    expect(asked()).toEqual(['/tasks/task-1', '/tasks/task-1/token']);
    const other = world.agent().resumeTask({ handle: `task-1.${'x'.repeat(43)}` });
    await expect(other).rejects.toMatchObject({ error: 'invalid_grant' });
    const text = 'canary of something else';
    const none: unknown = await world
      .agent()
      .resumeTask({ handle: text })
      .catch((thrown: unknown) => thrown);
    expect(none).toBeInstanceOf(TypeError);
    expect(String(none)).not.toContain(text);
  });

  it('has tasks below it by its handle', async () => {
    playTask(world);
    const task = await world.agent().openTask(scan);
    await task.child({ purpose: 'a part of it', scope: 'read' });
    expect(Object.fromEntries(world.issuer.to('/tasks')[1]!.form)).toEqual({
      ...{ purpose: 'a part of it', scope: 'read', parent_handle: handle },
    });
  });

  it('is waited for where the server asks for patience', async () => {
    const { tasks } = (playTask(world), world.answers);
    const task = await world.agent().openTask(scan);
    let refusals = 0;
    world.answers.tasks = (seen) =>
      (refusals += 1) === 1 ? { status: 503, headers: { 'retry-after': '3' } } : tasks(seen);
    await task.heartbeat();
    expect(world.waits).toEqual([3]);
    world.answers.tasks = () => ({ status: 503, headers: { 'retry-after': '60' } });
    await expect(task.heartbeat()).rejects.toMatchObject({
      ...{ name: 'TemporarilyUnavailable', retryAfterSeconds: 60 },
    });
  });

  it.each([
    ['something else than JSON', 'no json'],
    ['a task without a handle', { task_id: 'task-1', ceiling_at: 1, good_until: 1 }],
    ['nothing', {}],
  ])('is none where the server answers %s', async (_, body) => {
    world.answers.tasks = () => ({ status: 201, body });
    expect(await failure(world.agent().openTask(scan))).toBeInstanceOf(AgentError);
  });
});

describe('the heartbeat of a task', () => {
  const beats = () => world.issuer.to('/tasks/task-1/heartbeat').length;

  it('is said by its requests, when half of the interval has passed', async () => {
    playTask(world, { heartbeatSeconds: 300 });
    const task = await world.agent().openTask(scan);
    await task.fetch(world.resource);
    expect(beats()).toBe(0);
    world.now += 151;
    await Promise.all(Array.from({ length: 20 }, () => task.fetch(world.resource)));
    expect(beats()).toBe(1);
    await task.fetch(world.resource);
    expect(beats()).toBe(1);
  });

  it('goes on during a request that takes longer than the interval', async () => {
    playTask(world, { heartbeatSeconds: 0.1 });
    const { resource } = world.answers;
    world.answers.resource = async (seen) => {
      await new Promise((settle) => setTimeout(settle, 400));
      return resource(seen);
    };
    const task = await world.agent({ now: () => Date.now() / 1_000 }).openTask(scan);
    await task.fetch(world.resource);
    expect(beats()).toBeGreaterThanOrEqual(3);
    const before = beats();
    await new Promise((settle) => setTimeout(settle, 200));
    expect(beats()).toBe(before);
  });

  it('that nobody heard fails no request, and is tried again soon', async () => {
    playTask(world, { heartbeatSeconds: 300 });
    const { tasks } = world.answers;
    const task = await world.agent().openTask(scan);
    world.answers.tasks = (seen) => (seen.path.endsWith('/heartbeat') ? { status: 500 } : tasks(seen));
    world.now += 151;
    expect((await task.fetch(world.resource)).status).toBe(200);
    await task.fetch(world.resource);
    expect(beats()).toBe(1);
    world.now += 16;
    await task.fetch(world.resource);
    expect(beats()).toBe(2);
  });

  it('is left to the agent where it wants that', async () => {
    playTask(world, { heartbeatSeconds: 300 });
    const task = await world.agent().openTask({ ...scan, automaticHeartbeat: false });
    world.now += 290;
    await task.fetch(world.resource);
    expect(beats()).toBe(0);
    await task.heartbeat();
    expect(beats()).toBe(1);
  });
});
