import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authInfo } from '../../../lambdas/resource-server/auth-info.ts';
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

const ofTask = { task_chain: ['root', 'own'] };

async function verified(claims: Readonly<Record<string, unknown>> = ofTask) {
  const token = await makeToken(key, server.issuer, now, { claims });
  return createVerifier({ issuer: server.issuer, resource, now: () => now }).verify(`Bearer ${token}`);
}

async function end(claim: string, value: string, until = now + 30): Promise<void> {
  const name = await endedName(claim, value);
  const { tokens, principals } = server.ends;
  server.ends =
    claim === 'jti'
      ? { principals, tokens: tokens + name }
      : { tokens, principals: { ...principals, [name]: until } };
}

const refusedWith = (description: string) => ({
  ok: false,
  challenge: { status: 401, body: { error: 'invalid_token', error_description: description } },
});
const taskEnded = refusedWith('The task that the access token is of has ended; its handle tells why');
const endedSomehow = refusedWith('The access token was ended before its expiry');

describe('a token of a task at a verifier', () => {
  it('is taken, and tells on which task its caller works', async () => {
    const verification = await verified();
    if (!verification.ok) throw new Error('not taken');
    expect(verification.token.task_chain).toEqual(['root', 'own']);
    expect(authInfo('Bearer token', verification.token, resource)).toMatchObject({ taskId: 'own' });
  });

  it('of no task tells of none', async () => {
    const verification = await verified({});
    if (!verification.ok) throw new Error('not taken');
    expect(authInfo('Bearer token', verification.token, resource)).not.toHaveProperty('taskId');
  });

  it.each(['root', 'own'])('is refused with the task %s, and in words that say so', async (task) => {
    await end('task_id', 'another');
    await end('jti', task);
    expect(await verified()).toMatchObject({ ok: true });
    await end('task_id', task, now - 1);
    expect(await verified()).toMatchObject({ ok: true });
    await end('task_id', task);
    expect(await verified()).toMatchObject(taskEnded);
  });

  it('says that its task has ended where it was revoked besides', async () => {
    await end('jti', 'one');
    expect(await verified()).toMatchObject(endedSomehow);
    await end('task_id', 'root');
    expect(await verified()).toMatchObject(taskEnded);
  });

  it('is refused with its agent, as any other', async () => {
    await end('agent_id', 'planner');
    expect(await verified()).toMatchObject(endedSomehow);
  });

  it.each([
    ['five tasks', ['a', 'b', 'c', 'd', 'e']],
    ['no task in its list', []],
    ['a task that is no text', ['root', 2]],
    ['a task that is nothing', ['root', '']],
    ['a task for a list', 'own'],
    ['null for a list', null],
  ])('is refused with %s', async (_what, chain) => {
    expect(await verified({ task_chain: chain })).toMatchObject(
      refusedWith('The access token has a claim of the wrong type'),
    );
  });
});
