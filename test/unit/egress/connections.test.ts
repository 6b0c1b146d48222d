import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disconnectConnection } from '../../../lambdas/egress/disconnect-connection.ts';
import { renewConnection } from '../../../lambdas/egress/renew-connection.ts';
import { github } from '../../support/third-parties/github.ts';
import { google } from '../../support/third-parties/google.ts';
import { atlassian } from '../../support/third-parties/atlassian.ts';
import { linear } from '../../support/third-parties/linear.ts';
import { microsoft } from '../../support/third-parties/microsoft.ts';
import { notion } from '../../support/third-parties/notion.ts';
import { salesforce } from '../../support/third-parties/salesforce.ts';
import { stripe } from '../../support/third-parties/stripe.ts';
import { slack } from '../../support/third-parties/slack.ts';
import { verifies } from '../../spec/verifies.ts';
import { accessOf, alone, type At, connected, found, placeOf, startVault, type Vault } from './a-vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await startVault();
});
afterAll(async () => {
  await vault.stop();
});

const kinds = { github, slack, google, microsoft, atlassian, notion, linear, salesforce, stripe };

/** Where people end it themselves, because the third party has no other way. */
function pageOf({ provider: { credential } }: At): string | undefined {
  const revocation = credential.kind === 'oauth2' ? credential.revocation : undefined;
  return revocation?.kind === 'by_hand' ? revocation.page : undefined;
}

const eventsOf = ({ told }: At): readonly string[] => told.map(({ event }) => event);

describe.each(Object.entries(kinds))('an account at %s', (_name, kind) => {
  it('is connected by a code, and its token opens there what it is to', () =>
    alone(vault, kind, async (party, at) => {
      const connection = await connected(at);
      expect(connection.state).toBe('active');
      expect(party.isGood(await accessOf(at, connection))).toBe(true);
      expect(eventsOf(at)).toEqual(['connection_made']);
    }));

  verifies(
    'vestibule:connection-single-flight',
    'is renewed once for two hundred who ask at once, and all of them have it',
    () =>
      alone(vault, kind, async (party, at) => {
        const before = await connected(at);
        const renewals = Array.from({ length: 200 }, () =>
          renewConnection(at.ports, placeOf(before), before, 'request'),
        );
        expect(new Set(await Promise.all(renewals))).toEqual(new Set(['renewed']));
        expect(party.refreshes()).toBe(1);
        expect(party.isGood(await accessOf(at, await found(at, before)))).toBe(true);
      }),
    60_000,
  );

  verifies(
    'vestibule:disconnect-revokes',
    'is revoked there once it is disconnected, and nothing of it is left here',
    () =>
      alone(vault, kind, async (party, at) => {
        const connection = await connected(at);
        const token = await accessOf(at, connection);
        const page = pageOf(at);
        const told = await disconnectConnection(at.ports, connection, 'request');
        expect(told).toEqual(page === undefined ? { revoked: true } : { revoked: false, removeAt: page });
        expect(party.isGood(token)).toBe(page !== undefined);
        expect(await at.ports.connections.find(connection)).toBeUndefined();
        expect(eventsOf(at)).toEqual(['connection_made', 'disconnect_asked', 'connection_revoked']);
      }),
  );

  it('is told to be gone where the person took it back there before', () =>
    alone(vault, kind, async (party, at) => {
      const connection = await connected(at);
      party.takeBack();
      at.pass(50_000);
      expect(await renewConnection(at.ports, placeOf(connection), connection, 'request')).toBe(
        'interaction_required',
      );
      const lost = await found(at, connection);
      expect(lost).toMatchObject({ state: 'interaction_required' });
      expect(lost.access).toBeUndefined();
      expect(eventsOf(at)).toEqual(['connection_made', 'connection_lost']);
      await disconnectConnection(at.ports, connection, 'request');
      expect(await at.ports.connections.find(connection)).toBeUndefined();
    }));

  it('loses none of its tokens to an event', () =>
    alone(vault, kind, async (party, at) => {
      const connection = await connected(at);
      await renewConnection(at.ports, placeOf(connection), connection, 'request');
      await disconnectConnection(at.ports, connection, 'request');
      const told = JSON.stringify(at.told);
      expect(party.canaries.length).toBeGreaterThan(2);
      for (const canary of [...party.canaries, party.secret]) expect(told).not.toContain(canary);
    }));
});

/** Where it is told how long a token is good. */
const ends = Object.entries(kinds).filter(([name]) => name !== 'notion' && name !== 'salesforce');

describe.each(ends)('an account at %s', (_name, kind) => {
  it('has another token once it is renewed, before anybody waits for it', () =>
    alone(vault, kind, async (party, at) => {
      const before = await connected(at);
      const life = (before.accessUntil ?? 0) - at.ports.clock();
      expect(life).toBeGreaterThan(3_000);
      const dueIn = ((before.dueAt ?? 0) - at.ports.clock()) / life;
      expect(dueIn).toBeGreaterThanOrEqual(0.59);
      expect(dueIn).toBeLessThanOrEqual(0.8);
      at.pass(life);
      expect(await renewConnection(at.ports, placeOf(before), before, 'request')).toBe('renewed');
      const renewed = await found(at, before);
      expect(renewed.accessUntil).toBeGreaterThan(at.ports.clock());
      const [old, fresh] = [await accessOf(at, before), await accessOf(at, renewed)];
      expect(fresh).not.toBe(old);
      expect(party.isGood(fresh)).toBe(true);
    }));
});

it.each([['notion'], ['salesforce']] as const)(
  'an account at %s, which tells no end of its tokens, is renewed where one is refused, and not before',
  (name) =>
    alone(vault, kinds[name], async (party, at) => {
      const before = await connected(at);
      expect(before.accessUntil).toBeUndefined();
      expect(before.dueAt).toBeUndefined();
      await renewConnection(at.ports, placeOf(before), before, 'request');
      const renewed = await found(at, before);
      expect(party.isGood(await accessOf(at, renewed))).toBe(true);
      expect(renewed.facts).toEqual(before.facts);
      expect(renewed.facts).toHaveLength(1);
      expect(renewed.upstreamScopes).toEqual(before.upstreamScopes);
    }),
);
