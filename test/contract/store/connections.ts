import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  Connection,
  ConnectionOutcome,
  Connections,
  Holder,
} from '../../../lambdas/ports/connections.ts';
import { after, type Instant } from '../../../lambdas/runtime/clock.ts';
import type {
  ConnectionId,
  EgressProviderId,
  IdpId,
  PersonId,
} from '../../../lambdas/runtime/identifiers.ts';
import {
  aConnection,
  aPerson,
  aPlace,
  connected,
  found,
  leased,
  now,
  sealedAs,
  someTokens,
} from './connection-mothers.ts';
import { describeDisconnecting } from './connections-disconnecting.ts';
import { describeHolders } from './connections-of-holders.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface ConnectionsSubject {
  readonly connections: Connections;
  readonly network: UnrulyNetwork;
}

const renewed: ConnectionOutcome = { kind: 'renewed', tokens: someTokens('second') };

/** Two hundred callers want to renew one connection at once, all of them under way: exactly one may. */
export async function expectOneRenewer({ connections, network }: ConnectionsSubject): Promise<void> {
  const connection = await connected(connections);
  const leases = await Promise.all(
    Array.from({ length: 200 }, () => leased(connections, connection, randomUUID())),
  );
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(leases.filter(Boolean)).toHaveLength(1);
}

/** Two hundred times the account is connected at once: one of them counts, and the others know that they do not. */
export async function expectOneConnected(
  { connections }: Pick<ConnectionsSubject, 'connections'>,
  replaces?: Connection,
): Promise<void> {
  const place = replaces ?? aPlace();
  const all = Array.from({ length: 200 }, () =>
    aConnection({
      ...{ provider: place.provider, holder: place.holder },
      ...(replaces && { replaces }),
    }),
  );
  const won = await Promise.all(all.map((each) => connections.connect(each, now)));
  const winners = all.filter((_, nth) => won[nth]);
  expect(winners).toHaveLength(1);
  expect((await found(connections, place)).connection).toBe(winners[0]?.connection);
}

/** What every store of connections promises. */
export function describeConnections(make: () => ConnectionsSubject): void {
  describe('connections', () => {
    let subject: ConnectionsSubject;
    let connections: Connections;
    beforeAll(() => {
      subject = make();
      ({ connections } = subject);
    });
    const settled = async (
      connection: Connection,
      outcome: ConnectionOutcome,
      at: Instant = now,
    ): Promise<Connection> => {
      const attempt = randomUUID();
      expect(await leased(connections, connection, attempt, at)).toBe(true);
      expect(await connections.settle(connection, attempt, outcome, at)).toBe(true);
      return found(connections, connection);
    };

    it('are given back as they were connected', async () => {
      const { attempt, ...wanted } = aConnection();
      expect(await connections.find(wanted)).toBeUndefined();
      expect(await connections.connect({ ...wanted, attempt }, now)).toBe(true);
      const made = { ...wanted, version: 1, state: 'active', connectedAt: now };
      expect(await connections.find(wanted)).toEqual(made);
    });

    it('that nothing renews, nobody connected and nothing ends are given back as such', async () => {
      const { provider, holder, connection, attempt } = aConnection({ holder: { kind: 'service' } });
      const access = { in: 'secret', arn: 'arn:aws:secretsmanager:eu-1:1:secret:a', version: 'v1' } as const;
      const madeFor = { by: 'operator', places: ['https://api.example', '.example'] } as const;
      const tokens = { access, upstreamScopes: [], facts: [], madeFor };
      const at = { provider: `${provider}-${randomUUID()}` as EgressProviderId, holder };
      expect(await connections.connect({ ...at, connection, attempt, ...tokens, agents: [] }, now)).toBe(
        true,
      );
      expect(await connections.find(at)).toEqual({
        ...{ ...at, connection, ...tokens, agents: [] },
        ...{ version: 1, state: 'active', connectedAt: now },
      });
    });

    it('have a place each for a provider, a person, an identity provider and a group', async () => {
      const name = randomUUID();
      const holders: readonly Holder[] = [
        aPerson(name),
        aPerson(`${name}#`),
        { kind: 'person', person: name as PersonId, idp: 'another' as IdpId },
        { kind: 'group', group: name },
        { kind: 'service' },
      ];
      const providers = [`github-${name}`, `slack-${name}`] as EgressProviderId[];
      const places = providers.flatMap((provider) => holders.map((holder) => ({ provider, holder })));
      for (const place of places) await connected(connections, place);
      for (const place of places) expect(await found(connections, place)).toMatchObject(place);
      for (const holder of holders) {
        const all = await connections.of(holder, [...providers, providers[0]!, 'none' as EgressProviderId]);
        expect(all.map((each) => each.provider).toSorted()).toEqual(providers.toSorted());
        if (holder.kind !== 'service') expect(await connections.of(holder, [])).toHaveLength(2);
        expect(all.every((each) => JSON.stringify(each.holder) === JSON.stringify(holder))).toBe(true);
      }
      expect(await connections.of(aPerson(), providers)).toEqual([]);
    });

    it('of one person are found among more providers than are read at once', async () => {
      const holder = aPerson();
      const providers = Array.from({ length: 130 }, (_, nth) => `provider-${nth}` as EgressProviderId);
      for (const provider of [providers[0]!, providers[129]!]) {
        await connected(connections, { provider, holder });
      }
      const all = await connections.of(holder, providers);
      expect(all.map(({ provider }) => provider).toSorted()).toEqual(['provider-0', 'provider-129']);
    });

    it('are made by exactly one of two hundred callers', () => expectOneConnected(make()));

    it('are replaced by exactly one of two hundred callers', async () => {
      const { connections: raced } = make();
      await expectOneConnected({ connections: raced }, await connected(raced));
    });

    it('are put where there is none, or over the one that is named, and over no other', async () => {
      const first = await connected(connections);
      const next = (replaces?: Pick<Connection, 'connection' | 'version'>) =>
        aConnection({
          ...{ provider: first.provider, holder: first.holder, ...someTokens('next') },
          ...(replaces && { replaces }),
        });
      expect(await connections.connect(next(), now)).toBe(false);
      const { connection, version } = first;
      expect(await connections.connect(next({ connection, version: version + 1 }), now)).toBe(false);
      const other = aConnection().connection;
      expect(await connections.connect(next({ connection: other, version }), now)).toBe(false);
      expect(await found(connections, first)).toEqual(first);
      await leased(connections, first, 'of the former');
      const over = next({ connection, version });
      expect(await connections.connect(over, after(now, 5))).toBe(true);
      const { attempt, replaces, ...wanted } = over;
      expect([attempt, replaces]).toEqual([over.attempt, { connection, version }]);
      const made = { ...wanted, version: 2, state: 'active', connectedAt: after(now, 5) };
      expect(await found(connections, first)).toEqual(made);
      // Nothing that is brought for the former touches it.
      expect(await connections.settle(first, 'of the former', renewed, now)).toBe(false);
      expect(await connections.disconnect(first, now)).toBe(false);
      await connections.pause(first, after(now, 60));
      expect(await leased(connections, first, 'another')).toBe(false);
      expect(await found(connections, first)).toEqual(made);
      expect(await connections.connect(aConnection({ ...aPlace(), replaces: first }), now)).toBe(false);
    });

    it('are made through a lost reply, and again for that attempt', async () => {
      const wanted = aConnection();
      subject.network.loseNextReply('PutItem');
      expect(await connections.connect(wanted, now)).toBe(true);
      expect(await connections.connect(wanted, now)).toBe(true);
      expect(await connections.connect({ ...wanted, attempt: 'another' }, now)).toBe(false);
    });

    it('are leased to exactly one of two hundred callers, and again to that one', async () => {
      await expectOneRenewer(make());
      const connection = await connected(connections);
      subject.network.loseNextReply('UpdateItem');
      expect(await leased(connections, connection, 'mine')).toBe(true);
      expect(await leased(connections, connection, 'mine')).toBe(true);
      expect(await leased(connections, connection, 'another')).toBe(false);
    });

    it('show a lease that ran out without a word to whoever takes the next one, and to nobody who saw none', async () => {
      const connection = await connected(connections);
      await leased(connections, connection, 'first');
      const seen = await found(connections, connection);
      expect(seen).toEqual({ ...connection, lease: { attempt: 'first', until: after(now, 30) } });
      expect(await leased(connections, seen, 'second', after(now, 29))).toBe(false);
      expect(await leased(connections, connection, 'second', after(now, 30))).toBe(false);
      expect(await leased(connections, seen, 'second', after(now, 30))).toBe(true);
      expect(await leased(connections, seen, 'third', after(now, 90))).toBe(false);
      expect(await connections.settle(connection, 'first', renewed, after(now, 31))).toBe(false);
      expect((await found(connections, connection)).access).toEqual(sealedAs('first access'));
    });

    it('take what came of asking and give the lease back, in one write', async () => {
      const connection = await connected(connections);
      await leased(connections, connection, 'mine');
      await connections.settle(connection, 'mine', { kind: 'failed' }, now);
      const failed = await found(connections, connection);
      const left = await settled(failed, renewed, after(now, 3));
      expect(left).toEqual({ ...connection, ...someTokens('second'), version: 3 });
      // Who read the first token must not send it any more: it is spent.
      expect(await leased(connections, failed, 'behind')).toBe(false);
      expect(await leased(connections, left, 'ahead')).toBe(true);
    });

    it('have nothing left of what the provider gave before and gives no more', async () => {
      const connection = await connected(connections);
      const tokens = { access: sealedAs('other'), upstreamScopes: ['repo'], facts: [] };
      const left = await settled(connection, { kind: 'renewed', tokens });
      expect([left.grant, left.accessUntil, left.dueAt]).toEqual([undefined, undefined, undefined]);
      expect(left).toMatchObject(tokens);
    });

    it('forget their tokens when they have to be connected again, and are leased to nobody', async () => {
      const connection = await connected(connections);
      await connections.pause(connection, after(now, 60));
      const paused = await found(connections, connection);
      const lost = await settled(paused, { kind: 'interaction_required', reason: 'invalid_grant' });
      const { access, accessUntil, grant, dueAt, ...rest } = connection;
      expect([access, accessUntil, grant, dueAt]).not.toContain(undefined);
      const state = 'interaction_required';
      expect(lost).toEqual({ ...rest, version: 2, state, reason: 'invalid_grant' });
      expect(await leased(connections, lost, 'another')).toBe(false);
      const again = aConnection({ provider: lost.provider, holder: lost.holder, replaces: lost });
      expect(await connections.connect(again, now)).toBe(true);
      expect(await found(connections, lost)).toMatchObject({ state: 'active', version: 3 });
      expect(await found(connections, lost)).not.toHaveProperty('reason');
    });

    it('keep what they have where the provider could not be asked, and say when', async () => {
      const connection = await connected(connections);
      const first = await settled(connection, { kind: 'failed' }, after(now, 3));
      expect(first).toEqual({ ...connection, version: 2, failedAt: after(now, 3) });
      const dueAt = after(now, 40);
      const second = await settled(first, { kind: 'failed', dueAt }, after(now, 9));
      expect(second).toEqual({ ...connection, version: 3, failedAt: after(now, 9), dueAt });
      expect(await settled(second, renewed)).toEqual({ ...connection, ...someTokens('second'), version: 4 });
    });

    it('say until when the provider wants to be asked for nothing, until anything else came of asking', async () => {
      const notBefore = after(now, 900);
      const asked = { kind: 'failed', dueAt: notBefore, notBefore } as const;
      const paused = async (): Promise<Connection> => settled(await connected(connections), asked);
      const connection = await paused();
      expect(connection).toMatchObject({ notBefore, dueAt: notBefore, failedAt: now, version: 2 });
      await connections.pause(connection, after(now, 60));
      expect(await found(connections, connection)).toMatchObject({ notBefore });
      const outcomes: readonly ConnectionOutcome[] = [
        { kind: 'failed' },
        renewed,
        { kind: 'interaction_required', reason: 'invalid_grant' },
      ];
      for (const outcome of outcomes) {
        expect(await settled(await paused(), outcome)).not.toHaveProperty('notBefore');
      }
      await leased(connections, connection, 'crashed');
      expect(await found(connections, connection)).toMatchObject({
        notBefore,
        lease: { attempt: 'crashed' },
      });
    });

    it('are settled through a lost reply, and once', async () => {
      const connection = await connected(connections);
      await leased(connections, connection, 'mine');
      subject.network.loseNextReply('UpdateItem');
      expect(await connections.settle(connection, 'mine', renewed, now)).toBe(true);
      expect(await connections.settle(connection, 'mine', renewed, now)).toBe(true);
      expect(await connections.settle(connection, 'another', renewed, now)).toBe(false);
      expect((await found(connections, connection)).version).toBe(2);
    });

    it('are paused until the latest moment that anybody was told, whoever renews them', async () => {
      const connection = await connected(connections);
      await leased(connections, connection, 'mine');
      const moments = Array.from({ length: 50 }, (_, nth) => after(now, 10 + nth));
      subject.network.loseNextReply('UpdateItem');
      await Promise.all(moments.map((until) => connections.pause(connection, until)));
      await connections.pause(connection, after(now, 5));
      await connections.pause({ ...connection, connection: 'another' as ConnectionId }, after(now, 900));
      expect(await found(connections, connection)).toMatchObject({
        ...{ pausedUntil: after(now, 59), version: connection.version, lease: { attempt: 'mine' } },
      });
      expect(await connections.settle(connection, 'mine', renewed, now)).toBe(true);
      const nowhere = aConnection();
      await connections.pause(nowhere, after(now, 60));
      expect(await connections.find(nowhere)).toBeUndefined();
    });
  });

  describeHolders(make);
  describeDisconnecting(make);
}
