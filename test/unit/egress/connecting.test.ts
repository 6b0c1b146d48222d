import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeConnection } from '../../../lambdas/egress/complete-connection.ts';
import { connectionStanding } from '../../../lambdas/egress/connection-standing.ts';
import { disconnectConnection } from '../../../lambdas/egress/disconnect-connection.ts';
import { listConnections } from '../../../lambdas/egress/summary.ts';
import type { ConnectReturn } from '../../../lambdas/ports/connecting.ts';
import type { Connections } from '../../../lambdas/ports/connections.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { AgentId, ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { github } from '../../support/third-parties/github.ts';
import { google } from '../../support/third-parties/google.ts';
import { slack } from '../../support/third-parties/slack.ts';
import { verifies } from '../../spec/verifies.ts';
import {
  accessOf,
  agent,
  alone,
  type At,
  comesBack,
  connected,
  found,
  placeOf,
  startVault,
  type Vault,
} from './a-vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await startVault();
});
afterAll(async () => {
  await vault.stop();
});

const complete = ({ ports }: At, back: ConnectReturn) => completeConnection(ports, back, 'request');
const named = (...names: readonly string[]) => names as readonly ScopeName[];

describe('who comes back from a third party', () => {
  it('has connected an account, and is told nothing that it could be used by', () =>
    alone(vault, google, async (party, at) => {
      const back = await comesBack(at);
      const made = await complete(at, back);
      if (!made.ok) throw new Error(made.refusal.kind);
      expect(made.value).toMatchObject({ provider: at.provider.id, state: 'active', agents: back.agents });
      for (const canary of party.canaries) expect(JSON.stringify(made.value)).not.toContain(canary);
      expect(await listConnections(at.ports, back.holder)).toEqual([made.value]);
      expect(at.told).toEqual([
        expect.objectContaining({
          ...{ event: 'connection_made', requestId: 'request', agents: ['planner'] },
          scope:
            'https://www.googleapis.com/auth/calendar.readonly https://www.googleapis.com/auth/calendar.events',
        }),
      ]);
    }));

  it('with a code that is spent, or of another browser, has connected nothing', () =>
    alone(vault, slack, async (_party, at) => {
      const back = await comesBack(at);
      const other = { ...back, codeVerifier: 'another-verifier-of-at-least-43-characters-so-long' };
      expect(await complete(at, other)).toEqual({
        ok: false,
        refusal: { kind: 'refused', error: 'invalid_code' },
      });
      expect(await complete(at, back)).toMatchObject({ ok: false });
      expect(await at.ports.connections.find(back)).toBeUndefined();
    }));

  verifies(
    'vestibule:connect-scopes-missing',
    'with less than the agents need has connected nothing, is told what is missing, and what was given is revoked',
    () =>
      alone(vault, google, async (party, at) => {
        const [first = '', missing = ''] = at.provider.scopes.flatMap(({ upstream }) => upstream);
        const back = { ...(await comesBack(at, { asked: [first] })), asked: [first, missing] };
        const refusal = { kind: 'scopes_missing', missing: [missing] };
        expect(await complete(at, back)).toEqual({ ok: false, refusal });
        expect(await at.ports.connections.find(back)).toBeUndefined();
        expect(party.asked('/revoke')).toBe(1);
        for (const canary of party.canaries) expect(party.isGood(canary)).toBe(false);
      }),
  );

  verifies(
    'vestibule:connect-scopes-missing',
    'and where an account is connected already, that goes on as it was',
    () =>
      alone(vault, google, async (party, at) => {
        const before = await connected(at);
        const back = await comesBack(at, { ...placeOf(before), asked: [] });
        expect(await complete(at, back)).toMatchObject({ refusal: { kind: 'scopes_missing' } });
        expect(await found(at, before)).toEqual(before);
        expect(party.isGood(await accessOf(at, before))).toBe(true);
      }),
  );

  it('again has another connection in place of the one before', () =>
    alone(vault, slack, async (party, at) => {
      const before = await connected(at);
      expect(await complete(at, await comesBack(at, placeOf(before)))).toMatchObject({ ok: true });
      const after = await found(at, before);
      expect(after.connection).not.toBe(before.connection);
      expect(party.isGood(await accessOf(at, after))).toBe(true);
    }));

  it('at the same time as themselves has connected one account, whichever', () =>
    alone(vault, slack, async (party, at) => {
      const first = await comesBack(at);
      const backs = [
        first,
        ...(await Promise.all(Array.from({ length: 9 }, () => comesBack(at, placeOf(first))))),
      ];
      const made = await Promise.all(backs.map((back) => complete(at, back)));
      expect(made.filter(({ ok }) => ok)).toHaveLength(1);
      for (const each of made) if (!each.ok) expect(each.refusal).toEqual({ kind: 'busy' });
      expect(party.isGood(await accessOf(at, await found(at, first)))).toBe(true);
    }));

  it('while the table is away for a moment has connected an account all the same', () =>
    alone(vault, slack, async (_party, at) => {
      let failures = 2;
      const connect: Connections['connect'] = async (...made) => {
        if (failures-- > 0) throw new DependencyUnavailable('DynamoDB', { cause: 'throttled' });
        return at.ports.connections.connect(...made);
      };
      const ports = { ...at.ports, connections: { ...at.ports.connections, connect } };
      expect(await completeConnection(ports, await comesBack(at), 'request')).toMatchObject({ ok: true });
    }));

  it('while KMS or the third party is away is asked to try again, and the code is not spent for nothing', () =>
    alone(vault, slack, async (party, at) => {
      const back = await comesBack(at);
      const down = (): Promise<never> =>
        Promise.reject(new DependencyUnavailable('KMS', { cause: 'denied' }));
      const ports = { ...at.ports, seals: { ...at.ports.seals, prepare: down } };
      await expect(completeConnection(ports, back, 'request')).rejects.toThrow('KMS');
      party.mishap(slack.paths.token, 'down');
      await expect(complete(at, back)).rejects.toThrow(/third party/);
      expect(party.asked(slack.paths.token)).toBe(1);
      expect(await complete(at, back)).toMatchObject({ ok: true });
    }));

  it('to one that an operator has disabled has connected nothing', () =>
    alone(vault, slack, async (party, at) => {
      const back = await comesBack(at);
      const disabled = { ...at.provider, state: 'disabled' as const };
      const providers = { ...at.ports.providers, find: () => Promise.resolve(disabled) };
      const refusal = { kind: 'provider_gone' };
      expect(await completeConnection({ ...at.ports, providers }, back, 'request')).toEqual({
        ok: false,
        refusal,
      });
      expect(party.asked(slack.paths.token)).toBe(0);
    }));
});

describe('an agent can use an account', () => {
  const asks = (at: At, place: Parameters<typeof placeOf>[0], who: AgentId, ...scopes: readonly string[]) =>
    connectionStanding(at.ports, placeOf(place), { agent: who, scopes: named(...scopes) });
  const lacks = (why: string) => ({ kind: 'interaction_required', why });

  it('that is connected, for what it is let do there', () =>
    alone(vault, google, async (_party, at) => {
      const agents = [{ agent, scopes: named('calendar:read') }];
      const back = await comesBack(at, { agents });
      expect(await asks(at, back, agent, 'calendar:read')).toEqual(lacks('not_connected'));
      await complete(at, back);
      const { connection } = await found(at, back);
      const may = { kind: 'connected', connection, scopes: ['calendar:read'] };
      expect(await asks(at, back, agent, 'calendar:read')).toEqual(may);
      expect(await asks(at, back, agent, 'calendar:read', 'events:write', 'more')).toEqual(may);
      expect(await asks(at, back, agent, 'events:write')).toEqual(lacks('scopes_not_let'));
      expect(await asks(at, back, 'another' as AgentId, 'calendar:read')).toEqual(lacks('agent_not_let'));
    }));

  it('of its group, as long as it is of that', () =>
    alone(vault, google, async (party, at) => {
      const holder = { kind: 'group', group: 'robots' } as const;
      const back = await comesBack(at, { holder });
      await complete(at, back);
      expect(await asks(at, back, agent, 'calendar:read')).toEqual(lacks('agent_not_let'));
      const groups = [{ id: 'robots', agents: [agent], connectors: [] }];
      const withGroup = await vault.at(party, { provider: { ...at.provider, groups } });
      expect(await asks(withGroup, back, agent, 'calendar:read')).toMatchObject({ kind: 'connected' });
    }));

  it('that is no more in no way', () =>
    alone(vault, github, async (_party, at) => {
      const connection = await connected(at);
      await disconnectConnection(at.ports, connection, 'request');
      expect(await asks(at, connection, agent, 'issues:read')).toEqual(lacks('not_connected'));
    }));
});
