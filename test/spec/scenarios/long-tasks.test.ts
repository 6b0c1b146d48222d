import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect } from 'vitest';
import { type Refreshing, startRefreshing } from '../support/refreshing.ts';
import { hour, minute, type Opened } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startRefreshing((config) => ({ ...config, accessTokenMinutes: 60 })));

/** A call with the current token, as a resource judges it by the published keys. */
async function call({ client, ask, seconds, issuer, demo }: Refreshing, task: Opened): Promise<string> {
  const { status, text, body } = await ask(task, 'token');
  if (status !== 200) throw new Error(`${status} ${text}`);
  const keys = createLocalJWKSet(
    (await client.get('/.well-known/jwks.json')).body as unknown as JSONWebKeySet,
  );
  const { protectedHeader } = await jwtVerify(String(body['access_token']), keys, {
    ...{ issuer, audience: demo, currentDate: new Date(seconds() * 1_000) },
  });
  return protectedHeader.kid ?? '';
}

describe('work that outlives its tokens', () => {
  verifies(
    ['vestibule:task-pull', 'vestibule:task-renewal'],
    'is refused no call in three hours under tokens of one',
    async () => {
      const task = await house.task({ resource: house.demo, ceiling: String(3 * hour) });
      for (let minutes = 0; minutes < 175; minutes += 5) {
        await call(house, task);
        await house.minutes(5);
      }
      expect((await house.status(task)).body['status']).toBe('running');
      await house.minutes(6);
      const { status, body } = await house.ask(task, 'token');
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
      expect(body['task_end']).toMatchObject({ reason: 'ceiling_reached' });
    },
  );

  verifies(
    ['vestibule:task-pull', 'vestibule:task-renewal'],
    'is refused no call in three days, while the signing key is rotated twice',
    async () => {
      const task = await house.task({ resource: house.demo, ceiling: String(72 * hour) });
      const kids = new Set<string>();
      for (let hours = 0; hours < 71.5; hours += 0.25) {
        kids.add(await call(house, task));
        if (hours === 24 || hours === 50) {
          const { status, text } = await house.client.admin('POST', 'keys/rotate');
          expect([status, text]).toEqual([200, text]);
        }
        house.run.clock.advance(15 * minute);
        await house.run.settle();
      }
      expect(kids.size).toBe(3);
    },
    240_000,
  );
});
