import { afterAll, beforeAll, expect, it } from 'vitest';
import { narrowToken } from '../../../lambdas/egress/narrow-token.ts';
import type { ConnectionId, ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { google } from '../../support/third-parties/google.ts';
import { microsoft } from '../../support/third-parties/microsoft.ts';
import { slack } from '../../support/third-parties/slack.ts';
import { verifies } from '../../spec/verifies.ts';
import { alone, connected, found, placeOf, startVault, type Vault } from './a-vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await startVault();
});
afterAll(async () => {
  await vault.stop();
});

const wish = (connection: ConnectionId, scope: string, resources: readonly string[] = []) => ({
  ...{ connection, scopes: [scope as ScopeName], resources },
});

const widening = { ...google, narrows: false };

it.each([
  ['Google', google, 'calendar:read'],
  ['Microsoft', microsoft, 'mail:read'],
])(
  'a token of %s is good for what was asked alone, and the connection stays as it is',
  (_name, kind, scope) =>
    alone(vault, kind, async (party, at) => {
      const before = await connected(at);
      const narrowed = await narrowToken(at.ports, placeOf(before), wish(before.connection, scope));
      if (!narrowed.ok) throw new Error(narrowed.refusal);
      expect(narrowed.value.scopes).toEqual([scope]);
      expect(narrowed.value.expiresAt).toBeGreaterThan(at.ports.clock());
      expect(party.isGood(narrowed.value.accessToken)).toBe(true);
      expect(await found(at, before)).toEqual(before);
    }),
);

verifies(
  'vestibule:narrowed-or-none',
  'a third party that gives more than it was asked gives it to nobody',
  () =>
    alone(vault, widening, async (_party, at) => {
      const { connection, ...before } = await connected(at);
      const narrowed = await narrowToken(at.ports, placeOf(before), wish(connection, 'calendar:read'));
      expect(narrowed).toEqual({ ok: false, refusal: 'not_narrowable' });
    }),
);

verifies('vestibule:narrowed-or-none', 'one that cannot narrow is not asked', () =>
  alone(vault, slack, async (party, at) => {
    const { connection, ...before } = await connected(at);
    const narrowed = await narrowToken(at.ports, placeOf(before), wish(connection, 'messages:write'));
    expect(narrowed).toEqual({ ok: false, refusal: 'not_narrowable' });
    expect(party.refreshes()).toBe(0);
  }),
);

it('there is no such token by what it cannot be narrowed by, nor of a connection that is another', () =>
  alone(vault, google, async (party, at) => {
    const before = await connected(at);
    const narrow = (asked: ReturnType<typeof wish>) => narrowToken(at.ports, placeOf(before), asked);
    expect(await narrow(wish(before.connection, 'calendar:read', ['shop']))).toMatchObject({
      refusal: 'not_narrowable',
    });
    expect(await narrow(wish(before.connection, 'unknown'))).toMatchObject({ refusal: 'not_narrowable' });
    expect(await narrow(wish('another' as ConnectionId, 'calendar:read'))).toMatchObject({ refusal: 'gone' });
    party.takeBack();
    expect(await narrow(wish(before.connection, 'calendar:read'))).toMatchObject({
      refusal: 'interaction_required',
    });
  }));
