import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  awsWebIdentityAsActor,
  clientSecretBasic,
  ownTokenAsActor,
  TokenRefused,
} from '../../../lambdas/agent/index.ts';
import { verifies } from '../../spec/verifies.ts';
import { failure, issue, startWorld, type World } from './fixture.ts';

const tools = 'https://tools.example.com/mcp';
const type = 'urn:ietf:params:oauth:token-type';
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const asked = () => world.issuer.to('/token').map(({ form }) => Object.fromEntries(form));

describe('an agent that shows who acts', () => {
  verifies(
    'rfc8693:2.1:agent-actor',
    'does it by a token that it got in its own name, once for all',
    async () => {
      const agent = world.agent({ actor: ownTokenAsActor(tools, { scope: 'tools:read' }) });
      await agent.onBehalfOf('token-of-alice').token(world.resource);
      await agent.onBehalfOf('token-of-bob').token(world.resource);
      const sent = (subject: string) => ({
        ...{ grant_type: exchange, subject_token: subject, subject_token_type: `${type}:access_token` },
        ...{ actor_token: 'token-1', actor_token_type: `${type}:access_token`, resource: world.resource },
      });
      expect(asked()).toEqual([
        { grant_type: 'client_credentials', resource: tools, scope: 'tools:read' },
        sent('token-of-alice'),
        sent('token-of-bob'),
      ]);
    },
  );

  verifies('rfc8693:2.1:agent-actor', 'does it by what its platform says, anew each time', async () => {
    let said = 0;
    const actor = awsWebIdentityAsActor(() => Promise.resolve(`jwt-of-aws-${(said += 1)}`));
    const agent = world.agent({ actor });
    await agent.onBehalfOf('token-of-alice').token(world.resource);
    await agent.onBehalfOf('token-of-bob').token(world.resource);
    expect(asked().map((form) => [form['actor_token'], form['actor_token_type']])).toEqual([
      ['jwt-of-aws-1', `${type}:jwt`],
      ['jwt-of-aws-2', `${type}:jwt`],
    ]);
  });

  it('shows nothing of it where it asks in its own name', async () => {
    const client = clientSecretBasic('planner-client', 'secret');
    await world.agent({ client, actor: ownTokenAsActor(tools) }).token(world.resource);
    expect(asked()).toEqual([{ grant_type: 'client_credentials', resource: world.resource }]);
  });

  it('shows a new one after a refusal, for the old one may have been ended', async () => {
    world.answers.token = ({ form }) =>
      form.get('actor_token') === 'token-1'
        ? { status: 400, body: { error: 'invalid_request', error_description: 'not token-1' } }
        : issue(world);
    const alice = world.agent({ actor: ownTokenAsActor(tools) }).onBehalfOf('token-of-alice');
    const error = await failure(alice.token(world.resource));
    expect(error).toBeInstanceOf(TokenRefused);
    // What shows the actor is repeated no more than what shows the client.
    expect(error.message).not.toContain('token-1');
    expect(await alice.token(world.resource)).toMatchObject({ value: 'token-3' });
    expect(asked().map((form) => form['actor_token'])).toEqual([undefined, 'token-1', undefined, 'token-2']);
  });

  it('keeps it while nobody says that it is no good', async () => {
    let down = true;
    world.answers.token = ({ form }) => (form.has('actor_token') && down ? { status: 500 } : issue(world));
    const alice = world.agent({ actor: ownTokenAsActor(tools) }).onBehalfOf('token-of-alice');
    await failure(alice.token(world.resource));
    down = false;
    await alice.token(world.resource);
    expect(asked().map((form) => form['actor_token'])).toEqual([undefined, 'token-1', 'token-1']);
  });
});
