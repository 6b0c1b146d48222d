import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAgent, DiscoveryFailed } from '../../../lambdas/agent/index.ts';
import { challenge, failure, presentedIn, secret, startServer, startWorld, type World } from './fixture.ts';
import { verifies } from '../../spec/verifies.ts';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const tokenRequests = () => world.issuer.to('/token');

describe('an agent that calls a server for the first time', () => {
  verifies(
    ['rfc9728:5.1:agent-challenge', 'rfc6749:4.5:grants'],
    'finds its way from the challenge, and sends the request again with a token for that server',
    async () => {
      const response = await world.agent().fetch(world.resource, { method: 'POST', body: 'hello' });
      expect(await presentedIn(response)).toBe('token-1');
      expect(world.mcp.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
        'POST /mcp',
        'GET /.well-known/oauth-protected-resource/mcp',
        'POST /mcp',
      ]);
      expect(world.mcp.to('/mcp').map(({ body }) => body)).toEqual(['hello', 'hello']);
      const [asked] = tokenRequests();
      expect(Object.fromEntries(asked!.form)).toEqual({
        grant_type: 'client_credentials',
        resource: world.resource,
      });
      expect(asked!.headers['authorization']).toBe(`Basic ${btoa(`planner-client:${secret}`)}`);
    },
  );

  it('asks for the scope that the challenge names, and for none where it names none', async () => {
    world.answers.resource = ({ headers }) =>
      headers['authorization'] === undefined
        ? challenge(world, 'scope="tools:write tools:read"')
        : { status: 200 };
    await world.agent().fetch(world.resource);
    expect(tokenRequests()[0]!.form.get('scope')).toBe('tools:read tools:write');
  });

  verifies(
    'rfc9728:3.1:agent-well-known',
    'finds the metadata at the well-known place of the path where no challenge says, then at that of the host',
    async () => {
      world.answers.resource = ({ headers }) => ({
        status: headers['authorization'] === undefined ? 401 : 200,
      });
      expect((await world.agent().fetch(world.resource)).status).toBe(200);
      world.answers.metadata = ({ path }) =>
        path === '/.well-known/oauth-protected-resource'
          ? {
              status: 200,
              body: { resource: world.mcp.origin, authorization_servers: [world.issuer.origin] },
            }
          : { status: 404 };
      expect((await world.agent().fetch(world.resource)).status).toBe(200);
      expect(tokenRequests().map(({ form }) => form.get('resource'))).toEqual([
        world.resource,
        world.mcp.origin,
      ]);
    },
  );

  it('reads the metadata at the host of the issuer, where a challenge names that', async () => {
    const [known, other] = [world.answers.metadata, world.answers.server];
    world.answers.resource = ({ headers }) =>
      headers['authorization'] === undefined
        ? {
            status: 401,
            headers: {
              'www-authenticate': `Bearer resource_metadata="${world.issuer.origin}/.well-known/oauth-authorization-server"`,
            },
          }
        : { status: 200 };
    let reads = 0;
    world.answers.server = (seen) => {
      reads += 1;
      return reads === 1
        ? known({ ...seen, path: '/.well-known/oauth-protected-resource/mcp' })
        : other(seen);
    };
    expect((await world.agent().fetch(world.resource)).status).toBe(200);
  });

  it('leaves a server alone that wants no token', async () => {
    world.answers.resource = () => ({ status: 404 });
    expect((await world.agent().fetch(world.resource)).status).toBe(404);
    expect(world.issuer.seen).toEqual([]);
  });

  it('never sends along what the caller put there in place of a token', async () => {
    await world.agent().fetch(world.resource, {
      headers: { authorization: 'Bearer of-somebody-else', dpop: 'x', 'x-kept': 'yes' },
    });
    expect(JSON.stringify(world.mcp.seen)).not.toContain('of-somebody-else');
    expect(world.mcp.seen.at(-1)!.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'x-kept': 'yes',
    });
    expect(world.mcp.seen.at(-1)!.headers['dpop']).toBeUndefined();
  });

  it('follows no redirect, with a token or without', async () => {
    const elsewhere = await startServer(() => ({ status: 200 }));
    const agent = world.agent();
    world.answers.resource = () => ({ status: 307, headers: { location: elsewhere.origin } });
    expect((await agent.fetch(world.resource, { method: 'POST', body: 'x' })).status).toBe(307);
    world.answers.resource = ({ headers }) =>
      headers['authorization'] === undefined
        ? challenge(world)
        : { status: 307, headers: { location: elsewhere.origin } };
    expect((await agent.fetch(world.resource, { method: 'POST', body: 'x' })).status).toBe(307);
    expect(elsewhere.seen).toEqual([]);
    await elsewhere.close();
  });
});

describe('a server that would lead an agent astray', () => {
  it.each([
    [
      'names the resource of another',
      (w: World) => ({ resource: 'https://bank.example.com/mcp', authorization_servers: [w.issuer.origin] }),
    ],
    [
      'names a neighbour at its host',
      (w: World) => ({ resource: `${w.mcp.origin}/mc`, authorization_servers: [w.issuer.origin] }),
    ],
    [
      'trusts another authorization server',
      (w: World) => ({ resource: w.resource, authorization_servers: ['https://evil.example.com'] }),
    ],
    ['names no authorization server', (w: World) => ({ resource: w.resource })],
    ['has no JSON', () => 'token please'],
    [
      'has a resource that is no URL',
      (w: World) => ({ resource: 'mcp', authorization_servers: [w.issuer.origin] }),
    ],
  ])('gets nothing where its metadata %s', async (_, body) => {
    world.answers.metadata = () => ({ status: 200, body: body(world) });
    expect(await failure(world.agent().fetch(world.resource))).toBeInstanceOf(DiscoveryFailed);
    expect(tokenRequests()).toEqual([]);
  });

  verifies(
    'rfc9728:7.7:no-address-of-its-choice',
    'cannot have the agent read an address of its choice',
    async () => {
      const inside = await startServer(() => ({ status: 200 }));
      world.answers.resource = () => ({
        status: 401,
        headers: { 'www-authenticate': `Bearer resource_metadata="${inside.origin}/latest/meta-data"` },
      });
      expect(await failure(world.agent().fetch(world.resource))).toBeInstanceOf(DiscoveryFailed);
      expect(inside.seen).toEqual([]);
      await inside.close();
    },
  );

  verifies('rfc9728:3.3:own-resource', 'gets no token for a path that is not below its own', async () => {
    const agent = world.agent();
    await agent.fetch(world.resource);
    await agent.fetch(`${world.resource}/below`);
    const other = agent.fetch(`${world.resource}-other`);
    expect(await failure(other)).toBeInstanceOf(DiscoveryFailed);
    expect(world.mcp.to('/mcp/below')[0]!.headers['authorization']).toBe('Bearer token-1');
    expect(world.mcp.to('/mcp-other').map(({ headers }) => headers['authorization'])).toEqual([undefined]);
  });

  it('gets no token over plain http, except on this machine', async () => {
    const agent = createAgent({
      issuer: world.issuer.origin,
      fetch: () => Promise.resolve(new Response(null, { status: 401 })),
    });
    expect(await failure(agent.fetch('http://mcp.example.com/mcp'))).toBeInstanceOf(DiscoveryFailed);
    expect(() => createAgent({ issuer: 'http://auth.example.com' })).toThrow(TypeError);
  });
});

describe('an authorization server that is not who it should be', () => {
  verifies('rfc8414:3.3:agent-issuer', 'sees no secret where its metadata names another issuer', async () => {
    const evil = await startServer((_, origin) => ({ status: 200, body: { issuer: origin } }));
    world.answers.server = () => ({
      status: 200,
      body: { issuer: evil.origin, token_endpoint: `${evil.origin}/token` },
    });
    expect(await failure(world.agent().fetch(world.resource))).toBeInstanceOf(DiscoveryFailed);
    expect([...tokenRequests(), ...evil.seen]).toEqual([]);
    await evil.close();
  });

  it.each([
    [
      'has its token endpoint in the open',
      (w: World) => ({ issuer: w.issuer.origin, token_endpoint: 'http://evil.example.com/token' }),
    ],
    ['has no token endpoint', (w: World) => ({ issuer: w.issuer.origin })],
  ])('sees no secret where its metadata %s', async (_, body) => {
    world.answers.server = () => ({ status: 200, body: body(world) });
    expect(await failure(world.agent().fetch(world.resource))).toBeInstanceOf(DiscoveryFailed);
    expect(tokenRequests()).toEqual([]);
  });

  it.each([
    ['an error page', { status: 200, body: 'no' }],
    ['no token in it', { status: 200, body: { token_type: 'Bearer' } }],
    [
      'a token of an unknown kind',
      { status: 200, body: { access_token: 'canary-token', token_type: 'mac' } },
    ],
    [
      'a token bound to a key of nobody',
      { status: 200, body: { access_token: 'canary-token', token_type: 'DPoP' } },
    ],
    [
      'something that is no access token',
      { status: 200, body: { access_token: 'canary-token', token_type: 'N_A' } },
    ],
  ])('is told apart by its answer with %s', async (_, reply) => {
    world.answers.token = () => reply;
    const error = await failure(world.agent().fetch(world.resource));
    expect(inspect(error, { depth: 9 })).not.toContain('canary-token');
  });
});
