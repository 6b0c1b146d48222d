import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TemporarilyUnavailable } from '../../../lambdas/agent/index.ts';
import { challenge, failure, issue, presentedIn, startWorld, type Reply, type World } from './fixture.ts';
import { verifies } from '../../spec/verifies.ts';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const tokenRequests = () => world.issuer.to('/token');
const refuse = (error: string, more: object = {}): Reply => ({ status: 400, body: { error, ...more } });

describe('the tokens of an agent', () => {
  it('are asked for once, however many requests want them at the same time', async () => {
    const agent = world.agent();
    const responses = await Promise.all(Array.from({ length: 100 }, () => agent.fetch(world.resource)));
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
    expect(tokenRequests()).toHaveLength(1);
  });

  it('are kept until just before their end', async () => {
    const agent = world.agent();
    await agent.fetch(world.resource);
    world.now += 869;
    await agent.fetch(world.resource);
    expect(tokenRequests()).toHaveLength(1);
    world.now += 1;
    await agent.fetch(world.resource);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('are kept for a minute where nobody says how long they live', async () => {
    world.answers.token = () => issue(world, { expires_in: undefined });
    const agent = world.agent();
    await agent.token(world.resource);
    world.now += 50;
    await agent.token(world.resource);
    expect(tokenRequests()).toHaveLength(1);
    world.now += 10;
    await agent.token(world.resource);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('are one for each target and each scope, in whatever order its names come', async () => {
    const agent = world.agent();
    await agent.token('https://a.example.com/mcp', { scope: 'read write' });
    await agent.token('https://a.example.com/mcp', { scope: 'write  read' });
    await agent.token('https://a.example.com/mcp', { scope: 'read' });
    await agent.token('https://b.example.com/mcp', { scope: 'read' });
    expect(tokenRequests().map(({ form }) => [form.get('resource'), form.get('scope')])).toEqual([
      ['https://a.example.com/mcp', 'read write'],
      ['https://a.example.com/mcp', 'read'],
      ['https://b.example.com/mcp', 'read'],
    ]);
  });

  it('are got anew where getting one failed', async () => {
    world.answers.token = () => ({ status: 500 });
    const agent = world.agent();
    expect(await failure(agent.token(world.resource))).toBeInstanceOf(TemporarilyUnavailable);
    world.answers.token = () => issue(world);
    expect(await agent.token(world.resource)).toMatchObject({ value: 'token-1', type: 'Bearer' });
  });

  it('still come for the others where one caller gives up', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((settle) => (release = settle));
    world.answers.token = async () => {
      await held;
      return issue(world);
    };
    const agent = world.agent();
    const leaving = new AbortController();
    const [left, stayed] = [
      agent.token(world.resource, { signal: leaving.signal }),
      agent.token(world.resource),
    ];
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    release();
    expect(await stayed).toMatchObject({ value: 'token-1' });
    expect(tokenRequests()).toHaveLength(1);
  });
});

describe('a token that is refused', () => {
  verifies('rfc6750:3.1:agent-retries-once', 'is replaced once, and the request sent again', async () => {
    const agent = world.agent();
    await agent.fetch(world.resource);
    world.good = new Set(['token-2']);
    expect(await presentedIn(await agent.fetch(world.resource, { method: 'POST', body: 'again' }))).toBe(
      'token-2',
    );
    expect(world.mcp.seen.at(-1)!.body).toBe('again');
  });

  it('is not replaced a second time: the refusal is the answer', async () => {
    world.good = new Set();
    const response = await world.agent().fetch(world.resource);
    expect(response.status).toBe(401);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('is replaced by one for all who were refused at the same time', async () => {
    const agent = world.agent();
    await agent.fetch(world.resource);
    world.good = new Set(['token-2']);
    const responses = await Promise.all(Array.from({ length: 50 }, () => agent.fetch(world.resource)));
    expect(await Promise.all(responses.map(presentedIn))).toEqual(
      Array.from({ length: 50 }, () => 'token-2'),
    );
    expect(tokenRequests()).toHaveLength(2);
  });

  it('is kept where the refusal is about something else', async () => {
    world.answers.resource = ({ headers }) =>
      headers['authorization'] === undefined ? challenge(world) : challenge(world, 'error="invalid_request"');
    expect((await world.agent().fetch(world.resource)).status).toBe(401);
    expect(tokenRequests()).toHaveLength(1);
  });

  verifies(
    'rfc6750:3.1:agent-retries-once',
    'is replaced by a wider one where a scope was missing, which stays',
    async () => {
      world.answers.resource = ({ headers, body }) => {
        if (headers['authorization'] === undefined) return challenge(world, 'scope="read"');
        return headers['authorization'] === 'Bearer token-2' || body !== 'write'
          ? { status: 200 }
          : {
              status: 403,
              headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' },
            };
      };
      const agent = world.agent();
      expect((await agent.fetch(world.resource, { method: 'POST', body: 'write' })).status).toBe(200);
      expect((await agent.fetch(world.resource, { method: 'POST', body: 'write' })).status).toBe(200);
      expect(tokenRequests().map(({ form }) => form.get('scope'))).toEqual(['read', 'read write']);
    },
  );

  it('is the answer where the wider one is not to be had', async () => {
    world.answers.resource = ({ headers }) =>
      headers['authorization'] === undefined
        ? challenge(world)
        : {
            status: 403,
            headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' },
          };
    world.answers.token = ({ form }) => (form.has('scope') ? refuse('invalid_scope') : issue(world));
    expect((await world.agent().fetch(world.resource)).status).toBe(403);
  });
});
