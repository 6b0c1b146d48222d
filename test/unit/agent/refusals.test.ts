import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InteractionRequired, TemporarilyUnavailable, TokenRefused } from '../../../lambdas/agent/index.ts';
import { challenge, failure, issue, secret, startWorld, type Reply, type World } from './fixture.ts';
import { verifies } from '../../spec/verifies.ts';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const tokenRequests = () => world.issuer.to('/token');
const refuse = (error: string, more: object = {}): Reply => ({ status: 400, body: { error, ...more } });

describe('an authorization server that says no', () => {
  verifies(
    ['rfc6749:5.2:agent-refusals', 'rfc7523:2.1:workload'],
    'is believed at once: nothing is tried again, and nothing else instead',
    async () => {
      world.answers.token = () =>
        refuse('invalid_target', { error_description: 'Name one registered resource' });
      const error = await failure(world.agent().fetch(world.resource));
      expect(error).toBeInstanceOf(TokenRefused);
      expect(error).toMatchObject({ error: 'invalid_target', description: 'Name one registered resource' });
      expect(error.message).toContain('invalid_target (Name one registered resource)');
      expect(tokenRequests()).toHaveLength(1);
    },
  );

  it('is understood where it says so with a challenge of its own', async () => {
    world.answers.token = () => ({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="token"' },
      body: { error: 'invalid_client' },
    });
    expect(await failure(world.agent().fetch(world.resource))).toMatchObject({ error: 'invalid_client' });
  });

  verifies('rfc6749:5.2:agent-refusals', 'is told apart where only the person can go on', async () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const uri = 'https://auth.example.com/go-on';
    world.answers.token = () => refuse('interaction_required', { claims, error_uri: uri });
    const error = await failure(world.agent().onBehalfOf('token-of-alice').fetch(world.resource));
    expect(error).toBeInstanceOf(InteractionRequired);
    expect(error).toMatchObject({ error: 'interaction_required', claims, uri });
    const ours = { interaction_uri: 'https://auth.example.com/authorize?acr_values=mfa' };
    world.answers.token = () => refuse('interaction_required', { ...ours, error_uri: uri });
    expect(await failure(world.agent().onBehalfOf('token-of-alice').fetch(world.resource))).toMatchObject({
      uri: ours.interaction_uri,
    });
  });

  it.each(['javascript:alert(1)', 'http://evil.example.com/', 7])(
    'names no place to go on that is not one: %s',
    async (uri) => {
      world.answers.token = () => refuse('login_required', { error_uri: uri });
      expect(await failure(world.agent().fetch(world.resource))).toMatchObject({ uri: undefined });
    },
  );

  it('cannot have a secret repeated in what is logged of it', async () => {
    const subject = 'eyJcanary.subject.token';
    world.answers.token = ({ form, headers }) =>
      refuse('invalid_request', {
        error_description: `bad ${String(form.get('subject_token'))} of ${String(headers['authorization'])} or ${secret}\n\u001b[31m and eyJother.jwt.of_somebody`,
      });
    const error = await failure(world.agent().onBehalfOf(subject).fetch(world.resource));
    const shown = inspect(error, { depth: 9, showHidden: true });
    for (const hidden of [subject, secret, btoa(`planner-client:${secret}`), 'eyJother', '\u001b[31m']) {
      expect(shown).not.toContain(hidden);
    }
    expect(error.message).toContain('bad … of Basic … or …');
  });
});

describe('a server that asks for patience', () => {
  verifies('rfc9110:10.2.3:patience', 'is given it, and asked again', async () => {
    const replies: Reply[] = [
      { status: 503, headers: { 'retry-after': '3' } },
      { status: 429, headers: { 'retry-after': '0' } },
    ];
    world.answers.token = () => replies.shift() ?? issue(world);
    expect((await world.agent().fetch(world.resource)).status).toBe(200);
    expect(world.waits).toEqual([3, 1]);
  });

  it('is left alone by every request of the agent meanwhile', async () => {
    world.answers.token = () => ({ status: 503, headers: { 'retry-after': '600' } });
    const agent = world.agent();
    const error = await failure(agent.token('https://a.example.com'));
    expect(error).toMatchObject({ name: 'TemporarilyUnavailable', retryAfterSeconds: 600 });
    expect(await failure(agent.token('https://b.example.com'))).toBeInstanceOf(TemporarilyUnavailable);
    expect(tokenRequests()).toHaveLength(1);
    world.now += 595;
    world.answers.token = () => issue(world);
    expect(await agent.token('https://b.example.com')).toMatchObject({ value: 'token-1' });
    expect(world.waits).toEqual([5]);
  });

  verifies(
    'rfc9110:10.2.3:patience',
    'is asked again as a resource only if it says that it served nothing',
    async () => {
      const busy = (status: number, body: unknown) => {
        let first = true;
        world.answers.resource = ({ headers }) => {
          if (headers['authorization'] === undefined) return challenge(world);
          const now = first;
          first = false;
          return now ? { status, headers: { 'retry-after': '2' }, body } : { status: 200 };
        };
        return world.agent().fetch(world.resource, { method: 'POST', body: 'once' });
      };
      expect((await busy(503, { error: 'temporarily_unavailable' })).status).toBe(200);
      expect((await busy(429, {})).status).toBe(200);
      expect((await busy(503, { error: 'overloaded' })).status).toBe(503);
      expect(world.waits).toEqual([2, 2]);
    },
  );

  it('is not waited for without end', async () => {
    world.answers.resource = ({ headers }) =>
      headers['authorization'] === undefined
        ? challenge(world)
        : { status: 429, headers: { 'retry-after': '4' } };
    expect((await world.agent().fetch(world.resource)).status).toBe(429);
    expect(world.waits).toEqual([4, 4]);
  });

  it('names a date', async () => {
    const replies: Reply[] = [
      { status: 503, headers: { 'retry-after': new Date((world.now + 4) * 1_000).toUTCString() } },
    ];
    world.answers.token = () => replies.shift() ?? issue(world);
    await world.agent().token(world.resource);
    expect(world.waits).toEqual([4]);
  });

  it('is down: nobody says when to come back', async () => {
    await world.issuer.close();
    expect(await failure(world.agent().token(world.resource))).toMatchObject({
      name: 'TemporarilyUnavailable',
      retryAfterSeconds: undefined,
    });
  });
});
