import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection, ConnectionOutcome, Connections } from '../../../lambdas/ports/connections.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { ConnectionId } from '../../../lambdas/runtime/identifiers.ts';
import { aConnection, connected, found, leased, now, someTokens } from './connection-mothers.ts';
import type { ConnectionsSubject } from './connections.ts';

/** What every store of connections promises of those that are disconnected. */
export function describeDisconnecting(make: () => ConnectionsSubject): void {
  describe('connections that are disconnected', () => {
    let subject: ConnectionsSubject;
    let connections: Connections;
    beforeAll(() => {
      subject = make();
      ({ connections } = subject);
    });
    const disconnected = async (): Promise<Connection> => {
      const connection = await connected(connections);
      expect(await connections.disconnect(connection, after(now, 7))).toBe(true);
      return found(connections, connection);
    };

    it('are due at once, with all that is to be revoked', async () => {
      const connection = await connected(connections);
      await leased(connections, connection, 'mine');
      await connections.settle(connection, 'mine', { kind: 'failed' }, now);
      subject.network.loseNextReply('UpdateItem');
      const at = after(now, 7);
      for (let time = 0; time < 2; time += 1) {
        expect(await connections.disconnect(connection, at)).toBe(true);
        const state = { state: 'disconnecting', dueAt: at };
        expect(await found(connections, connection)).toEqual({ ...connection, ...state, version: 3 });
      }
      const other = { ...connection, connection: 'another' as ConnectionId };
      expect(await connections.disconnect(other, at)).toBe(false);
      expect(await connections.disconnect(aConnection(), at)).toBe(false);
    });

    it('are so for two hundred who ask at once, by one write', async () => {
      const { connections: raced } = make();
      const connection = await connected(raced);
      const told = await Promise.all(Array.from({ length: 200 }, () => raced.disconnect(connection, now)));
      expect(told.every(Boolean)).toBe(true);
      expect((await found(raced, connection)).version).toBe(2);
    });

    it('are leased to nobody who read them before, nor put over', async () => {
      const connection = await connected(connections);
      await connections.disconnect(connection, now);
      expect(await leased(connections, connection, 'behind')).toBe(false);
      const gone = await found(connections, connection);
      const { provider, holder } = connection;
      for (const replaces of [connection, gone]) {
        expect(await connections.connect(aConnection({ provider, holder, replaces }), now)).toBe(false);
      }
      expect(await found(connections, connection)).toEqual(gone);
    });

    const outcomes: readonly (readonly [string, ConnectionOutcome, Readonly<Record<string, unknown>>])[] = [
      // The newest token is the one that is to be revoked.
      ['its answer', { kind: 'renewed', tokens: someTokens('second') }, { ...someTokens('second') }],
      ['no answer', { kind: 'failed', dueAt: after(now, 900) }, {}],
      [
        'a refusal',
        { kind: 'interaction_required', reason: 'invalid_grant' },
        { reason: 'invalid_grant', access: undefined, grant: undefined, accessUntil: undefined },
      ],
    ];
    it.each(outcomes)('take %s from who was renewing them, and stay so and due', async (_, outcome, left) => {
      const connection = await connected(connections);
      await leased(connections, connection, 'renewing');
      const at = after(now, 7);
      expect(await connections.disconnect(connection, at)).toBe(true);
      const other = { ...connection, connection: 'another' as ConnectionId };
      expect(await connections.settle(other, 'renewing', outcome, at)).toBe(false);
      expect(await connections.settle(connection, 'another', outcome, at)).toBe(false);
      subject.network.loseNextReply('UpdateItem');
      expect(await connections.settle(connection, 'renewing', outcome, at)).toBe(true);
      expect(await connections.settle(connection, 'renewing', outcome, at)).toBe(true);
      const expected = { ...connection, ...left, state: 'disconnecting', dueAt: at, version: 3 };
      expect({ ...expected, ...(await found(connections, connection)) }).toEqual(expected);
      expect(await found(connections, connection)).not.toHaveProperty('lease');
    });

    it('count how often the provider did not prove it, and are due when that says', async () => {
      let gone = await disconnected();
      for (const failures of [1, 2, 3]) {
        const attempt = randomUUID();
        expect(await leased(connections, gone, attempt)).toBe(true);
        const dueAt = after(now, 60 * failures);
        expect(await connections.settle(gone, attempt, { kind: 'failed', dueAt }, after(now, failures))).toBe(
          true,
        );
        const left = await found(connections, gone);
        const { version } = gone;
        const failedAt = after(now, failures);
        expect(left).toEqual({ ...gone, failures, dueAt, failedAt, version: version + 1 });
        gone = left;
      }
    });

    it('say until when the provider wants to be asked for no end of them, and not until when for no token', async () => {
      const notBefore = after(now, 900);
      const connection = await connected(connections);
      await leased(connections, connection, 'mine');
      await connections.settle(connection, 'mine', { kind: 'failed', notBefore }, now);
      await connections.disconnect(connection, after(now, 7));
      const gone = await found(connections, connection);
      expect(gone).not.toHaveProperty('notBefore');
      expect(gone.dueAt).toBe(after(now, 7));
      const ended = async (outcome: ConnectionOutcome): Promise<Connection> => {
        const attempt = randomUUID();
        expect(await leased(connections, await found(connections, gone), attempt)).toBe(true);
        await connections.settle(gone, attempt, outcome, now);
        return found(connections, gone);
      };
      expect(await ended({ kind: 'failed', dueAt: notBefore, notBefore })).toMatchObject({ notBefore });
      expect(await ended({ kind: 'renewed', tokens: someTokens('second') })).not.toHaveProperty('notBefore');
    });

    it('are removed by who revoked them and by nobody else, and are nowhere then', async () => {
      const connection = await connected(connections);
      await leased(connections, connection, 'renewing');
      expect(await connections.remove(connection, 'renewing')).toBe(false);
      await connections.settle(connection, 'renewing', { kind: 'failed' }, now);
      await connections.disconnect(connection, now);
      const gone = await found(connections, connection);
      expect(await connections.remove(gone, 'stranger')).toBe(false);
      await leased(connections, gone, 'mine');
      expect(await connections.remove(gone, 'stranger')).toBe(false);
      expect(await found(connections, gone)).toMatchObject({ lease: { attempt: 'mine' } });
      subject.network.loseNextReply('DeleteItem');
      expect(await connections.remove(gone, 'mine')).toBe(true);
      expect(await connections.find(gone)).toBeUndefined();
      expect(await connections.remove(gone, 'mine')).toBe(true);
      const { provider, holder } = gone;
      const next = await connected(connections, { provider, holder });
      expect(await connections.remove(gone, 'mine')).toBe(true);
      expect(await connections.settle(gone, 'mine', { kind: 'failed' }, now)).toBe(false);
      expect(await found(connections, gone)).toEqual(next);
    });

    it('are either renewed or replaced, and lost in no race, while two hundred pull at each', async () => {
      const { connections: raced } = make();
      const outcome: ConnectionOutcome = { kind: 'renewed', tokens: someTokens('second') };
      for (let round = 0; round < 4; round += 1) {
        const connection = await connected(raced);
        const { provider, holder } = connection;
        await leased(raced, connection, 'renewing');
        const over = Array.from({ length: 50 }, () =>
          aConnection({ provider, holder, replaces: connection }),
        );
        const [isSettled, isDisconnected, ...replaced] = await Promise.all([
          raced.settle(connection, 'renewing', outcome, now),
          raced.disconnect(connection, now),
          ...over.map((each) => raced.connect(each, now)),
        ]);
        const left = await found(raced, connection);
        const winner = over.find((_, nth) => replaced[nth]);
        if (winner === undefined) {
          expect([isSettled, isDisconnected, left.state]).toEqual([true, true, 'disconnecting']);
          expect(left).toMatchObject({ dueAt: now, grant: someTokens('second').grant });
        } else {
          expect([isSettled, isDisconnected]).toEqual([false, false]);
          expect(left.connection).toBe(winner.connection);
        }
        expect(replaced.filter(Boolean).length).toBeLessThanOrEqual(1);
      }
    });
  });
}
