import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endedName } from '../../../lambdas/resource-server/ended-name.ts';
import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { type KeyServer, makeKey, makeToken, resource, type SigningKey, startKeyServer } from './fixture.ts';

const now = 1_800_000_000;
let key: SigningKey;
let server: KeyServer;

beforeAll(async () => {
  key = await makeKey('first');
  server = await startKeyServer([key], () => now);
});
afterAll(() => server.close());
beforeEach(() => {
  server.ends = { tokens: '', principals: {} };
});

const planner = { client_id: 'planner-client', agent_id: 'planner' };
const chain = {
  ...{ sub: 'person.alice', grant_id: 'granted', client_id: 'analyst-client', agent_id: 'analyst' },
  act: {
    ...{ sub: 'analyst', client_id: 'analyst-client', agent_id: 'analyst' },
    act: { sub: 'planner', ...planner },
  },
  jti_chain: ['first', 'second'],
  client_chain: [
    { client_id: 'assistant-client', exp: now + 900 },
    { ...planner, exp: now + 900 },
  ],
};

async function verified(changes: object = {}) {
  const token = await makeToken(key, server.issuer, now, { claims: { ...chain, ...changes } });
  return createVerifier({ issuer: server.issuer, resource, now: () => now }).verify(`Bearer ${token}`);
}

async function end(claim: string, value: string): Promise<void> {
  const name = await endedName(claim, value);
  server.ends =
    claim === 'jti' ? { tokens: name, principals: {} } : { tokens: '', principals: { [name]: now + 30 } };
}

describe('an exchanged token at a verifier', () => {
  it('is taken, and tells who acts for whom', async () => {
    expect(await verified()).toMatchObject({
      ok: true,
      token: { sub: 'person.alice', act: { sub: 'analyst', act: { sub: 'planner' } } },
    });
  });

  it.each([
    ['the first token of its chain', 'jti', 'first'],
    ['the token before it', 'jti', 'second'],
    ['its own id', 'jti', 'one'],
    ['the first client', 'client_id', 'assistant-client'],
    ['a client in between', 'client_id', 'planner-client'],
    ['an agent in between', 'agent_id', 'planner'],
    ['its own agent', 'agent_id', 'analyst'],
    ["the person's grant", 'grant_id', 'granted'],
  ])('is refused with %s', async (_what, claim, value) => {
    await end('jti', 'third');
    expect(await verified()).toMatchObject({ ok: true });
    await end(claim, value);
    expect(await verified()).toMatchObject({
      ok: false,
      challenge: { status: 401, body: { error: 'invalid_token' } },
    });
  });

  it.each([
    ['says nobody acts', { act: undefined }],
    ['was exchanged from one of somebody else', { client_chain: chain.client_chain.slice(1) }],
    ['was exchanged from that one alone', { act: undefined, jti_chain: ['first'], client_chain: undefined }],
  ])('that %s is taken as well', async (_what, changes) => {
    expect(await verified(changes)).toMatchObject({ ok: true });
  });

  const deep = (levels: number): object => ({
    ...{ sub: 'planner', ...planner },
    ...(levels > 1 && { act: deep(levels - 1) }),
  });

  it.each([
    ['an actor and no tokens', { jti_chain: undefined, client_chain: undefined }],
    ['holders and no tokens', { act: undefined, jti_chain: undefined }],
    ['no holders of its tokens', { client_chain: undefined }],
    ['too few holders', { jti_chain: ['first', 'second', 'more', 'most'] }],
    ['too many holders', { jti_chain: ['first'], act: undefined }],
    ['more actors than tokens', { act: deep(4) }],
    ['a hundred actors', { act: deep(100) }],
    ['nine tokens', { jti_chain: 'abcdefghi'.split(''), client_chain: Array(9).fill(planner) }],
    ['a token that is no text', { jti_chain: ['first', 2] }],
    ['one token for a list', { jti_chain: 'first' }],
    ['an actor that is a name', { act: 'analyst' }],
    ['an actor that is null', { act: null }],
    ['an actor without a client', { act: { sub: 'analyst' } }],
    ['a holder that is null', { client_chain: [null, planner] }],
    ['an empty list of tokens', { act: undefined, jti_chain: [], client_chain: undefined }],
  ])('is refused with %s', async (_what, changes) => {
    expect(await verified(changes)).toMatchObject({
      ok: false,
      challenge: {
        status: 401,
        body: { error_description: 'The access token has a claim of the wrong type' },
      },
    });
  });
});
