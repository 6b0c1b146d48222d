import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeConnection } from '../../../lambdas/egress/complete-connection.ts';
import { connectionStanding } from '../../../lambdas/egress/connection-standing.ts';
import { disconnectConnection } from '../../../lambdas/egress/disconnect-connection.ts';
import { renewConnection } from '../../../lambdas/egress/renew-connection.ts';
import { sweepDue } from '../../../lambdas/egress/sweep-due.ts';
import type { Connection } from '../../../lambdas/ports/connections.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { github, githubOAuthApp as oauthApp } from '../../support/third-parties/github.ts';
import type { ThirdParty } from '../../support/third-parties/play.ts';
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

const grantPath = '/applications/Iv1.gh/grant';

async function sweeps({ ports }: At): Promise<void> {
  await sweepDue(ports, { requestId: 'sweep', until: after(ports.clock(), 60) });
}

verifies(
  'vestibule:disconnect-revokes',
  'a third party that does not prove it is asked again, less and less often, until it does',
  () =>
    alone(vault, github, async (party, at) => {
      const connection = await connected(at);
      const token = await accessOf(at, connection);
      party.mishap(grantPath, 'down', 3);
      expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked: false });
      expect(at.told.at(-1)).toMatchObject({ event: 'revocation_failed', count: 1, reason: 'status_503' });
      await sweeps(at);
      expect(party.asked(grantPath)).toBe(1);
      at.pass(76);
      await sweeps(at);
      at.pass(76);
      await sweeps(at);
      expect(party.asked(grantPath)).toBe(2);
      at.pass(150);
      await sweeps(at);
      expect(party.asked(grantPath)).toBe(3);
      expect(party.isGood(token)).toBe(true);
      at.pass(300);
      await sweeps(at);
      expect(party.isGood(token)).toBe(false);
      expect(at.told.at(-1)).toMatchObject({ event: 'connection_revoked', proof: 'answer' });
      expect(await at.ports.connections.find(connection)).toBeUndefined();
    }),
);

it('nobody uses it, and nobody connects over it, from when that was asked for', () =>
  alone(vault, github, async (party, at) => {
    const connection = await connected(at);
    party.mishap(grantPath, 'down', 1);
    await disconnectConnection(at.ports, connection, 'request');
    const asked = { agent, scopes: ['issues:read' as ScopeName] };
    expect(await connectionStanding(at.ports, placeOf(connection), asked)).toEqual({
      ...{ kind: 'interaction_required', why: 'disconnecting' },
    });
    const codes = party.asked(github.paths.token);
    const again = await comesBack(at, placeOf(connection));
    expect(await completeConnection(at.ports, again, 'request')).toEqual({
      ok: false,
      refusal: { kind: 'busy' },
    });
    expect(party.asked(github.paths.token)).toBe(codes);
  }));

it('an access token that is over is renewed to revoke by, and what that brought is kept first', () =>
  alone(vault, slack, async (party, at) => {
    const connection = await connected(at);
    at.pass(43_200);
    party.mishap('/api/auth.revoke', 'down', 1);
    expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked: false });
    expect(party.refreshes()).toBe(1);
    const token = await accessOf(at, await found(at, connection));
    expect(party.isGood(token)).toBe(true);
    at.pass(76);
    await sweeps(at);
    expect(party.refreshes()).toBe(1);
    expect(party.isGood(token)).toBe(false);
    expect(await at.ports.connections.find(connection)).toBeUndefined();
  }));

it('a third party that ended it, and whose answer was lost, is believed once it takes no refresh token either', () =>
  alone(vault, github, async (party, at) => {
    const connection = await connected(at);
    const token = await accessOf(at, connection);
    party.mishap(grantPath, 'hang up', 1);
    expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked: false });
    expect(party.isGood(token)).toBe(false);
    at.pass(76);
    await sweeps(at);
    expect(at.told.at(-1)).toMatchObject({ event: 'connection_revoked', proof: 'gone' });
    expect(await at.ports.connections.find(connection)).toBeUndefined();
  }));

describe('a third party whose answer was lost, of a token that nothing renews', () => {
  const githubOAuthApp = oauthApp();
  const checkPath = '/user';
  const lost = async (party: ThirdParty, at: At): Promise<Connection> => {
    const connection = await connected(at);
    expect(connection.grant).toBeUndefined();
    party.mishap(grantPath, 'hang up', 1);
    expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked: false });
    expect(party.asked(checkPath)).toBe(0);
    at.pass(76);
    return connection;
  };

  verifies('vestibule:disconnect-revokes', 'is believed once it takes the token no more', () =>
    alone(vault, githubOAuthApp, async (party, at) => {
      const connection = await lost(party, at);
      expect(party.isGood(party.canaries.at(-1) ?? '')).toBe(false);
      await sweeps(at);
      expect(party.asked(checkPath)).toBe(1);
      expect(at.told.at(-1)).toMatchObject({ event: 'connection_revoked', proof: 'gone' });
      expect(await at.ports.connections.find(connection)).toBeUndefined();
    }),
  );

  it('is not believed where it takes the token still', () =>
    alone(vault, githubOAuthApp, async (party, at) => {
      const connection = await connected(at);
      party.mishap(grantPath, { status: 404, retryAfter: '0' }, 1);
      expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked: false });
      expect(party.asked(checkPath)).toBe(1);
      expect(at.told.at(-1)).toMatchObject({ event: 'revocation_failed', reason: 'status_404' });
      at.pass(76);
      await sweeps(at);
      expect(at.told.at(-1)).toMatchObject({ event: 'connection_revoked', proof: 'answer' });
    }));

  it.each(['down', 'hang up'] as const)('is asked again where it does not say: %s', (mishap) =>
    alone(vault, githubOAuthApp, async (party, at) => {
      const connection = await lost(party, at);
      party.mishap(checkPath, mishap, 1);
      await sweeps(at);
      expect(at.told.at(-1)).toMatchObject({ event: 'revocation_failed', reason: 'status_404', count: 2 });
      at.pass(151);
      await sweeps(at);
      expect(await at.ports.connections.find(connection)).toBeUndefined();
    }),
  );

  it('is left alone for as long as it says when it is asked', () =>
    alone(vault, githubOAuthApp, async (party, at) => {
      const connection = await lost(party, at);
      party.mishap(checkPath, { retryAfter: '800' });
      await sweeps(at);
      expect((await found(at, connection)).notBefore).toBe(after(at.ports.clock(), 800));
    }));

  it('is not believed for a secret of ours that it does not take, whatever it says to that', () =>
    alone(vault, githubOAuthApp, async (party, at) => {
      const connection = await connected(at);
      party.mishap(grantPath, { status: 404, retryAfter: '0' });
      expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked: false });
      expect(party.isGood(party.canaries.at(-1) ?? '')).toBe(true);
      expect((await found(at, connection)).state).toBe('disconnecting');
    }));

  it('is asked for another token first where one is had, and nothing of the one before', () =>
    alone(vault, github, async (party, at) => {
      const connection = await connected(at);
      party.mishap(grantPath, 'hang up', 1);
      await disconnectConnection(at.ports, connection, 'request');
      at.pass(76);
      await sweeps(at);
      expect(party.asked(checkPath)).toBe(0);
      expect(await at.ports.connections.find(connection)).toBeUndefined();
    }));
});

it('one that wants to be named an access token is named one that is good', () =>
  alone(vault, github, async (party, at) => {
    const connection = await connected(at);
    at.pass(28_801);
    expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked: true });
    expect(party.refreshes()).toBe(1);
    for (const canary of party.canaries) expect(party.isGood(canary)).toBe(false);
  }));

it('what a renewal brings meanwhile is what is revoked', () =>
  alone(vault, slack, async (party, at) => {
    const connection = await connected(at);
    const [renewed, disconnected] = await Promise.all([
      renewConnection(at.ports, placeOf(connection), connection, 'request'),
      disconnectConnection(at.ports, connection, 'request'),
    ]);
    expect(['renewed', 'gone']).toContain(renewed);
    if (!disconnected.revoked) {
      at.pass(60);
      await sweeps(at);
    }
    expect(await at.ports.connections.find(connection)).toBeUndefined();
    for (const canary of party.canaries) expect(party.isGood(canary)).toBe(false);
  }));

it('at a third party that has no way, nothing is kept and the person is told where to go', () =>
  alone(vault, github, async (party, at) => {
    const { credential } = at.provider;
    if (credential.kind !== 'oauth2') throw new Error('it is one');
    const page = 'https://third.example/settings/apps';
    const byHand = { ...credential, revocation: { kind: 'by_hand', page } as const };
    const other = await vault.at(party, { provider: { credential: byHand } });
    const connection = await connected(other);
    expect(await disconnectConnection(other.ports, connection, 'request')).toEqual({
      ...{ revoked: false, removeAt: page },
    });
    expect(other.told.at(-1)).toMatchObject({ event: 'connection_revoked', proof: 'by_hand' });
    expect(await other.ports.connections.find(connection)).toBeUndefined();
    expect(party.asked(grantPath)).toBe(0);
  }));

it.each([
  ['answer_lost', false],
  ['interaction_required', false],
  ['invalid_grant', true],
])('of one that was lost by %s it is told what is known: that it is revoked: %s', (reason, revoked) =>
  alone(vault, slack, async (_party, at) => {
    const connection = await connected(at);
    const { connections, clock } = at.ports;
    const lease = { attempt: 'attempt', until: after(clock(), 26) };
    await connections.lease(connection, lease, clock());
    await connections.settle(connection, 'attempt', { kind: 'interaction_required', reason }, clock());
    expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked });
    expect(at.told.at(-1)).toMatchObject({ proof: revoked ? 'gone' : 'by_hand' });
    expect(await connections.find(connection)).toBeUndefined();
  }),
);

it('who asks to disconnect what is another by now ends nothing', () =>
  alone(vault, github, async (party, at) => {
    const connection = await connected(at);
    const other = { ...connection, connection: 'another' as typeof connection.connection };
    expect(await disconnectConnection(at.ports, other, 'request')).toEqual({ revoked: true });
    expect(party.isGood(await accessOf(at, connection))).toBe(true);
    expect((await found(at, connection)).state).toBe('active');
  }));

it('tokens in secrets are renewed there, and gone with the connection or what it was lost by', () =>
  alone(
    vault,
    slack,
    async (party, at) => {
      const [kept, lost, ended] = [await connected(at), await connected(at), await connected(at)];
      expect(await vault.tokenSecrets()).toHaveLength(6);
      expect(await renewConnection(at.ports, placeOf(kept), kept, 'request')).toBe('renewed');
      expect(party.isGood(await accessOf(at, await found(at, kept)))).toBe(true);
      expect(await disconnectConnection(at.ports, ended, 'request')).toEqual({ revoked: true });
      expect(await vault.tokenSecrets()).toHaveLength(4);
      party.takeBack();
      expect(await renewConnection(at.ports, placeOf(lost), lost, 'request')).toBe('interaction_required');
      expect(await vault.tokenSecrets()).toHaveLength(2);
    },
    { inSecrets: true },
  ));
