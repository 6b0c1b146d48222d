import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { taskSecret, type TaskSecret } from '../../../lambdas/agent/index.ts';
import { failure, presentedIn, startWorld, type World } from './fixture.ts';

const arn = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:vestibule/tasks/scan-AbCdEf';
let world: World;
/** What the secret holds. */
let held: string;
let reads: string[];

beforeEach(async () => {
  world = await startWorld();
  reads = [];
  deliver('token-1');
});
afterEach(() => world.close());

function deliver(token: string, changes: object = {}): void {
  held = JSON.stringify({
    ...{ access_token: token, token_type: 'Bearer', expires_at: world.now + 900 },
    ...{ task_id: 'task-1', resource: world.resource, ...changes },
  });
}

const secret = (): TaskSecret =>
  taskSecret(arn, {
    now: () => world.now,
    read: (secretArn) => {
      reads.push(secretArn);
      return Promise.resolve(held);
    },
  });

describe('the secret that a task is delivered into', () => {
  it('is read once, and again before its token ends', async () => {
    const task = secret();
    await Promise.all(Array.from({ length: 20 }, () => task.fetch(world.resource)));
    expect(reads).toEqual([arn]);
    world.now += 800;
    deliver('token-2');
    expect(await presentedIn(await task.fetch(world.resource))).toBe('token-1');
    world.now += 75;
    expect(await presentedIn(await task.fetch(world.resource))).toBe('token-2');
    expect(reads).toHaveLength(2);
    expect(await task.token()).toEqual({
      ...{ value: 'token-2', type: 'Bearer', scope: undefined, expiresAt: 1_800_000_000 + 800 + 900 },
    });
  });

  it('is read again where the server refuses its token', async () => {
    const task = secret();
    await task.fetch(world.resource);
    deliver('token-2');
    world.good = new Set(['token-2']);
    expect(await presentedIn(await task.fetch(world.resource))).toBe('token-2');
    expect(reads).toHaveLength(2);
  });

  it('gives its token to the resource of the task, and to nobody else', async () => {
    const elsewhere = new URL('/elsewhere', world.resource).href;
    expect((await secret().fetch(elsewhere)).status).toBe(401);
    expect(world.mcp.to('/elsewhere').map(({ headers }) => headers['authorization'])).toEqual([undefined]);
  });

  it.each([
    [
      'has expired',
      () => {
        deliver('canary-token', { expires_at: world.now });
      },
      /has expired/,
    ],
    ['is no JSON', () => (held = 'canary-text'), /holds no token/],
    [
      'is for no resource',
      () => {
        deliver('canary-token', { resource: 1 });
      },
      /holds no token/,
    ],
    [
      'has no end',
      () => {
        deliver('canary-token', { expires_at: null });
      },
      /holds no token/,
    ],
    [
      'is of a key',
      () => {
        deliver('canary-token', { token_type: 'DPoP' });
      },
      /holds no token/,
    ],
  ])('says so where what it holds %s, and does not repeat it', async (_, change, words) => {
    change();
    const error = await failure(secret().fetch(world.resource));
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('canary');
    expect(world.mcp.seen).toEqual([]);
  });
});
