import { describe, expect } from 'vitest';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { type Answer, basic } from '../support/driver.ts';
import { startGoingOn } from '../support/going-on.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

/** Nobody has roles here: a person holds what a resource defines. */
const house = forThisFile(() =>
  startGoingOn(
    (config) =>
      Object.fromEntries(
        Object.entries(config).filter(([name]) => name !== 'roles'),
      ) as unknown as VestibuleConfig,
  ),
);

const host = 'https://operators.example.com';
const [board, pool] = [`${host}/board`, `${host}/pool`];
const rule = {
  resource: 'pool',
  scopes: [
    { name: 'read', from: ['jump'] },
    { name: 'write', from: ['jump', 'dive'] },
  ],
  refresh: true,
};
const defined = (...names: readonly string[]) => names.map((name) => ({ name, description: name }));
const ofBoard = { id: 'board', uri: board, kind: 'agent', agent_id: 'diver', name: 'Board' };
const ofPool = { id: 'pool', uri: pool, name: 'Pool' };

/** Operators declare an agent that people talk to at the board, and that uses the pool in their name. */
async function settle(): Promise<Readonly<Record<string, string>>> {
  const { client } = house;
  await client.register('resources', { ...ofPool, scopes: defined('read', 'write') });
  await client.register('agents', { id: 'diver', owner: 'team', catalogue: [] });
  await client.register('resources', { ...ofBoard, scopes: defined('jump', 'dive') });
  await changed('agents/diver', { delegations: [rule] });
  // Its grants come with what its agent may do.
  const { client_secret: secret } = await client.register('clients', {
    ...{ client_id: 'diver-client', agent_id: 'diver' },
    token_endpoint_auth_method: 'client_secret_basic',
  });
  return basic('diver-client', String(secret));
}

async function changed(path: string, body: object): Promise<void> {
  const whole = path.startsWith('agents') ? { owner: 'team', catalogue: [], ...body } : body;
  const { status, text } = await house.client.admin('PUT', path, whole);
  expect([path, status, text]).toEqual([path, 200, text]);
}

const saidOf = ({ status, body }: Answer): unknown => (status === 200 ? body['scope'] : body['error']);

describe('what a refresh token gives that came of an exchange', () => {
  verifies(
    'vestibule:exchange-refresh-narrows',
    'is what everything gives that it rests on, at that very moment, and never more than at first',
    async () => {
      const headers = await settle();
      const { token } = await house.sent({ resource: board, scope: ['jump', 'dive'] });
      const opened = await house.client.token(
        {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          ...{ subject_token: token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
          requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token',
        },
        headers,
      );
      expect([opened.status, opened.text]).toEqual([200, opened.text]);
      let current = String(opened.body['access_token']);
      const refreshed = async (scope?: string): Promise<unknown> => {
        const form = { grant_type: 'refresh_token', refresh_token: current, ...(scope && { scope }) };
        const answer = await house.client.token(form, headers);
        if (answer.status === 200) current = String(answer.body['refresh_token']);
        return saidOf(answer);
      };
      // No cache is given the time to expire: each change counts at the next request.
      expect(await refreshed()).toBe('read write');
      expect(await refreshed('read')).toBe('read');
      await changed('agents/diver', {
        delegations: [{ ...rule, scopes: [{ name: 'write', from: ['dive'] }] }],
      });
      expect(await refreshed()).toBe('write');
      expect(await refreshed('read')).toBe('invalid_scope');
      await changed('resources/board', { ...ofBoard, scopes: defined('jump') });
      expect(await refreshed()).toBe('invalid_grant');
      await changed('resources/board', { ...ofBoard, scopes: defined('jump', 'dive', 'swim') });
      await changed('resources/pool', { ...ofPool, scopes: defined('read', 'write', 'drain') });
      const wider = [{ name: 'drain', from: ['jump'] }, ...rule.scopes];
      await changed('agents/diver', { delegations: [{ ...rule, scopes: wider }] });
      expect(await refreshed()).toBe('read write');
      expect(await refreshed('drain')).toBe('invalid_scope');
      for (const delegations of [
        [{ ...rule, refresh: false }],
        [{ ...rule, subjects: ['agent'] }],
        [{ ...rule, resource: 'demo', scopes: [{ name: 'tools:read', from: ['jump'] }] }],
        undefined,
      ]) {
        await changed('agents/diver', delegations === undefined ? {} : { delegations });
        expect([delegations, await refreshed()]).toEqual([delegations, 'invalid_grant']);
      }
      await changed('agents/diver', { delegations: [rule] });
      expect(await refreshed()).toBe('read write');
      // Tokens for the board are another one's to exchange from now on.
      await changed('resources/board', { ...ofBoard, scopes: defined('jump', 'dive'), actor: 'planner' });
      expect(await refreshed()).toBe('invalid_grant');
      await changed('resources/board', { ...ofBoard, scopes: defined('jump', 'dive') });
      expect(await refreshed()).toBe('read write');
    },
  );
});
