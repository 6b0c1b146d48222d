import { decodeJwt, generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentError, InteractionRequired, TokenRefused } from '../../../lambdas/agent/index.ts';
import { verifies } from '../../spec/verifies.ts';
import { failure, issue, type Reply, startWorld, type World } from './fixture.ts';

let world: World;

beforeEach(async () => {
  world = await startWorld();
  world.answers.egress = ({ headers }) => ({ status: 200, body: { token: headers['authorization'] } });
});
afterEach(() => world.close());

const tokenRequests = () => world.issuer.to('/token');
const calls = () => world.issuer.seen.filter(({ path }) => path.startsWith('/egress/'));
const github = (scope?: string) => world.agent().thirdParty('github', scope === undefined ? {} : { scope });
const page = 'https://auth.example.com/connect/github?agent=planner';

/** As the proxy says no, and nobody else. */
function refused(status: number, error: string, more: object = {}): Reply {
  const headers = { 'vestibule-error': error, 'www-authenticate': `Bearer error="${error}"` };
  return { status, headers, body: { error, ...more } };
}

describe('an agent at a third party', () => {
  verifies(
    'vestibule:agent-third-party',
    'is sent by the proxy, with a token for it and the path as it was written',
    async () => {
      const response = await github().fetch('/repos/octo/a%2Fb%20c/issues?state=open', {
        method: 'POST',
        body: '{}',
      });
      expect(await response.json()).toEqual({ token: 'Bearer token-1' });
      expect(tokenRequests()[0]?.form.get('resource')).toBe(`${world.issuer.origin}/egress/github`);
      expect(tokenRequests()[0]?.form.get('scope')).toBeNull();
      const path = '/repos/octo/a%2Fb%20c/issues';
      expect(calls()).toMatchObject([
        {
          ...{ method: 'POST', path: `/egress/github${path}?state=open`, body: '{}' },
          headers: { 'vestibule-path': path },
        },
      ]);
    },
  );

  it('acts in the name of whoever sent it a token, too', async () => {
    await world.agent().onBehalfOf('received').thirdParty('github').fetch('/user');
    expect(Object.fromEntries(tokenRequests()[0]!.form)).toMatchObject({
      ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: 'received' },
      resource: `${world.issuer.origin}/egress/github`,
    });
  });

  it('asks for no more than it is told to, and once', async () => {
    const narrow = github('issues.read');
    await Promise.all(Array.from({ length: 20 }, () => narrow.fetch('/user')));
    expect(tokenRequests().map(({ form }) => form.get('scope'))).toEqual(['issues.read']);
    expect(calls()).toHaveLength(20);
  });

  it('proves its key for the address of the proxy', async () => {
    world.answers.token = () => issue(world, { token_type: 'DPoP' });
    await world
      .agent({ dpop: await generateKeyPair('ES256') })
      .thirdParty('github')
      .fetch('/user?page=2');
    const { htm, htu } = decodeJwt(calls()[0]!.headers['dpop'] ?? '');
    expect([htm, htu]).toEqual(['GET', `${world.issuer.origin}/egress/github/user`]);
  });

  it('sends its own headers along, and no credential that stands among them', async () => {
    const headers = { authorization: 'Bearer mine', accept: 'application/vnd.github+json' };
    await github().fetch('/user', { headers });
    expect(calls()[0]?.headers).toMatchObject({ authorization: 'Bearer token-1', accept: headers.accept });
  });

  it.each(['user', '', '/../slack/users', '/%2e%2e/slack/users', '/user#name', '@evil.example.com/x'])(
    'sends nothing for %j, which is no path of its API',
    async (path) => {
      await expect(github().fetch(path)).rejects.toThrow(TypeError);
      expect(calls()).toEqual([]);
    },
  );

  it('goes to no other host for a path that looks like one', async () => {
    await github().fetch('//evil.example.com/x');
    expect(calls()).toMatchObject([{ path: '/egress/github//evil.example.com/x' }]);
  });

  it.each(['', 'a/b', '..', 'a?b'])('knows no third party by the id %j', (id) => {
    expect(() => world.agent().thirdParty(id)).toThrow(TypeError);
  });
});

describe('a third party that an agent may not use', () => {
  verifies('vestibule:agent-third-party', 'sends the person to the page that lets it', async () => {
    const error_description = 'no account at the third party is connected';
    world.answers.token = () => ({
      status: 400,
      body: { error: 'interaction_required', error_description, interaction_uri: page },
    });
    const error = await failure(github().fetch('/user'));
    expect(error).toBeInstanceOf(InteractionRequired);
    expect(error).toMatchObject({ uri: page, description: error_description });
    expect(calls()).toEqual([]);
  });

  it('may be connected anew, which another token tells', async () => {
    world.answers.egress = ({ headers }) =>
      headers['authorization'] === 'Bearer token-1'
        ? refused(403, 'interaction_required', { interaction_uri: page })
        : { status: 200 };
    expect((await github().fetch('/user')).status).toBe(200);
    expect(tokenRequests()).toHaveLength(2);
  });

  it('sends the person there where another token changes nothing', async () => {
    world.answers.egress = () => refused(403, 'interaction_required', { interaction_uri: page });
    const error = await failure(github().fetch('/user'));
    expect(error).toBeInstanceOf(InteractionRequired);
    expect(error).toMatchObject({ uri: page });
    expect(calls()).toHaveLength(2);
  });

  it('is told of as a failure where the proxy says nothing that can be read', async () => {
    world.answers.egress = () => ({
      ...{ status: 403, headers: { 'vestibule-error': 'interaction_required' }, body: 'no' },
    });
    const error = await failure(github().fetch('/user'));
    expect(error).toBeInstanceOf(AgentError);
    expect(error).not.toBeInstanceOf(TokenRefused);
  });

  it('gets another token once where the proxy takes the one it has no more', async () => {
    world.answers.egress = ({ headers }) =>
      headers['authorization'] === 'Bearer token-1' ? refused(401, 'invalid_token') : { status: 200 };
    expect((await github().fetch('/user')).status).toBe(200);
    expect(calls()).toHaveLength(2);
  });

  it.each([401, 403])('answers %i itself, and is asked once', async (status) => {
    world.answers.egress = () => ({
      status,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
    expect((await github().fetch('/user', { method: 'POST' })).status).toBe(status);
    expect(calls()).toHaveLength(1);
    expect(tokenRequests()).toHaveLength(1);
  });

  it('is told of by the answer where no rule allows the request', async () => {
    world.answers.egress = () => refused(403, 'access_denied');
    const response = await github().fetch('/user', { method: 'DELETE' });
    expect([response.status, response.headers.get('vestibule-error')]).toEqual([403, 'access_denied']);
    expect(calls()).toHaveLength(1);
  });
});
