import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connections } from '../../../lambdas/ports/connections.ts';
import type { EgressProviderId } from '../../../lambdas/runtime/identifiers.ts';
import { aConnection, aPerson, connected, found, leased, now } from './connection-mothers.ts';
import type { ConnectionsSubject } from './connections.ts';

/** What every store of connections promises of all that one holder has. */
export function describeHolders(make: () => ConnectionsSubject): void {
  describe('connections', () => {
    let connections: Connections;
    beforeAll(() => {
      ({ connections } = make());
    });

    it('of one person are found wherever they are, for as long as they are, and no others', async () => {
      const holder = aPerson();
      const [github, gone] = ['github', `gone-${randomUUID()}`] as EgressProviderId[];
      const namesOf = async () =>
        (await connections.of(holder, [github!])).map(({ connection }) => connection).toSorted();
      const [one, other] = [
        await connected(connections, { provider: github!, holder }),
        await connected(connections, { provider: gone!, holder }),
      ];
      expect(await namesOf()).toEqual([one.connection, other.connection].toSorted());
      // Neither who came too late nor who was replaced takes away what is there.
      expect(await connections.connect(aConnection({ provider: gone!, holder }), now)).toBe(false);
      const next = aConnection({ provider: gone!, holder, replaces: other });
      expect(await connections.connect(next, now)).toBe(true);
      expect(await namesOf()).toEqual([one.connection, next.connection].toSorted());
      await connections.disconnect(next, now);
      expect(await namesOf()).toEqual([one.connection, next.connection].toSorted());
      await leased(connections, await found(connections, next), 'mine');
      expect(await connections.remove(next, 'mine')).toBe(true);
      expect(await namesOf()).toEqual([one.connection]);
      const again = await connected(connections, { provider: gone!, holder });
      // A reply that was lost, and is asked for once more.
      expect(await connections.remove(next, 'mine')).toBe(true);
      expect(await namesOf()).toEqual([one.connection, again.connection].toSorted());
    });

    it('are found while two hundred connect at many places at once', async () => {
      const { connections: raced } = make();
      const holder = aPerson();
      const all = Array.from({ length: 200 }, (_, nth) =>
        aConnection({ provider: `raced-${nth % 20}` as EgressProviderId, holder }),
      );
      const won = await Promise.all(all.map((each) => raced.connect(each, now)));
      const winners = all.filter((_, nth) => won[nth]).map(({ connection }) => connection);
      const listed = (await raced.of(holder, [])).map(({ connection }) => connection);
      expect([winners.length, listed.toSorted()]).toEqual([20, winners.toSorted()]);
    });
  });
}
