import { randomBytes } from 'node:crypto';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { dynamoConnections } from '../../../lambdas/adapters/dynamodb/connections.ts';
import { dynamoDueConnections } from '../../../lambdas/adapters/dynamodb/due-connections.ts';
import { dynamoDueKeptGrants } from '../../../lambdas/adapters/dynamodb/due-kept-grants.ts';
import { dueShardOf } from '../../../lambdas/adapters/dynamodb/due-shard.ts';
import { keyOf } from '../../../lambdas/adapters/dynamodb/keys.ts';
import type {
  Connection,
  ConnectionOutcome,
  ConnectionPlace,
  Connections,
  DueConnection,
  DueConnections,
  Holder,
} from '../../../lambdas/ports/connections.ts';
import { dueShards } from '../../../lambdas/ports/tasks.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { ConnectionId, EgressProviderId } from '../../../lambdas/runtime/identifiers.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { aPerson, connected, found, leased, now, sealedAs, someTokens } from './connection-mothers.ts';
import { fresh } from './mothers.ts';
import { inFreshWorld } from './world.ts';

const dueAt = after(now, 1_200);

let tables: TestTables;
let connections: Connections;
let due: DueConnections;
beforeAll(async () => {
  tables = await startTables();
  // The keys of the vault table are those of the grants table.
  const options = { client: tables.client(), table: tables.grants };
  [connections, due] = [dynamoConnections(options), dynamoDueConnections(options)];
});
afterAll(() => tables.stop());

async function listed(
  { connection, provider, holder }: Connection,
  until = after(now, 1_000_000),
): Promise<DueConnection | undefined> {
  const { due: all } = await due.page(dueShardOf(connection), until);
  const place = JSON.stringify({ provider, holder });
  return all.find((each) => JSON.stringify({ provider: each.provider, holder: each.holder }) === place);
}

async function settled(connection: Connection, outcome: ConnectionOutcome): Promise<Connection> {
  expect(await leased(connections, connection, outcome.kind)).toBe(true);
  expect(await connections.settle(connection, outcome.kind, outcome, now)).toBe(true);
  return found(connections, connection);
}

describe('connections that want to be renewed or revoked', () => {
  const holders: readonly (readonly [string, Holder])[] = [
    ['a person', aPerson()],
    ['a person whose id holds a separator', aPerson('person.al#ice\nx')],
    ['a group', { kind: 'group', group: 'build-bots' }],
    ['the deployment', { kind: 'service' }],
  ];
  it.each(holders)('are in their list with the place of %s, until they are put off', async (_, holder) => {
    const provider = fresh('provider') as EgressProviderId;
    const connection = await connected(connections, { provider, holder, dueAt });
    expect(await listed(connection, dueAt)).toEqual({ provider, holder, dueAt });
    expect(await listed(connection, after(dueAt, -1))).toBeUndefined();
  });

  it('follow each answer, and are in no list where nothing ends', async () => {
    const first = await connected(connections, { dueAt });
    const again = after(now, 30);
    const failed = await settled(first, { kind: 'failed', dueAt: again });
    expect((await listed(first))?.dueAt).toBe(again);
    const same = await settled(failed, { kind: 'failed' });
    expect((await listed(first))?.dueAt).toBe(again);
    const renewed = await settled(same, { kind: 'renewed', tokens: someTokens('second', { dueAt }) });
    expect((await listed(first))?.dueAt).toBe(dueAt);
    const endless = { access: sealedAs('third'), upstreamScopes: [], facts: [] };
    await settled(renewed, { kind: 'renewed', tokens: endless });
    expect(await listed(first)).toBeUndefined();
  });

  it('leave the list where they have to be connected again, and are back in it when they are', async () => {
    const connection = await connected(connections, { dueAt });
    const lost = await settled(connection, { kind: 'interaction_required', reason: 'invalid_grant' });
    expect(await listed(connection)).toBeUndefined();
    const place: ConnectionPlace = { provider: lost.provider, holder: lost.holder };
    const id = randomBytes(16).toString('base64url') as ConnectionId;
    const again = { ...someTokens('again', { dueAt }), connection: id, attempt: fresh('attempt') };
    const { madeFor } = lost;
    const over = { ...place, ...again, madeFor, agents: [], replaces: lost };
    expect(await connections.connect(over, now)).toBe(true);
    expect((await listed(await found(connections, place)))?.dueAt).toBe(dueAt);
  });

  it('are due at once when they are disconnected, until they are revoked', async () => {
    for (const tokens of [{ dueAt }, { access: sealedAs('endless') }]) {
      const connection = await connected(connections, tokens);
      expect(await connections.disconnect(connection, now)).toBe(true);
      expect((await listed(connection, now))?.dueAt).toBe(now);
      const gone = await found(connections, connection);
      await leased(connections, gone, 'mine');
      expect(await connections.remove(gone, 'mine')).toBe(true);
      expect(await listed(connection)).toBeUndefined();
    }
  });

  it('come in pages of one list, the earliest first, each in one of the lists, and in none of what is kept of people', async () => {
    const until = after(now, 500);
    const made: Connection[] = [];
    for (let batch = 0; batch < 6; batch += 1) {
      const moments = Array.from({ length: 20 }, (_, nth) =>
        after(now, 300 + (((batch * 20 + nth) * 77) % 160)),
      );
      made.push(...(await Promise.all(moments.map((moment) => connected(connections, { dueAt: moment })))));
    }
    const lists = await Promise.all(
      Array.from({ length: dueShards }, async (_, shard) => (await due.page(shard, until)).due),
    );
    const wanted = made.map((each) => sortable({ ...each, dueAt: each.dueAt! }));
    const all = lists.flat().map(sortable);
    expect(all.filter((each) => wanted.includes(each)).toSorted()).toEqual(wanted.toSorted());
    const kept = dynamoDueKeptGrants({ client: tables.client(), table: tables.grants });
    for (const [shard, list] of lists.entries()) {
      expect((await kept.page(shard, { from: now, until })).due).toEqual([]);
      const moments = list.map((each) => each.dueAt);
      expect(moments).toEqual(moments.toSorted((one, other) => one - other));
    }
  });
});

describe('a list of more connections than one page holds', () => {
  it('comes in pages, each once, the earliest first', () =>
    inFreshWorld(async ({ client, grants }) => {
      const places = Array.from({ length: 2_100 }, (_, nth) => ({
        ...{ provider: 'github' as EgressProviderId, holder: aPerson(`person.${nth}`) },
        dueAt: after(now, nth % 100),
      }));
      for (let from = 0; from < places.length; from += 25) {
        const batch = places.slice(from, from + 25).map((each) => ({
          PutRequest: {
            Item: toItem({
              pk: keyOf.connection(each),
              due_shard: keyOf.dueConnections(3),
              due_at: each.dueAt,
            }),
          },
        }));
        await client.send(new BatchWriteItemCommand({ RequestItems: { [grants]: batch } }));
      }
      const listing = dynamoDueConnections({ client, table: grants });
      const pages: (readonly DueConnection[])[] = [];
      let next: string | undefined;
      do {
        const page = await listing.page(3, after(now, 98), next);
        pages.push(page.due);
        next = page.next;
      } while (next !== undefined);
      expect(pages.length).toBeGreaterThanOrEqual(3);
      const wanted = places.filter((each) => each.dueAt <= after(now, 98));
      expect(pages.flat().map(sortable).toSorted()).toEqual(wanted.map(sortable).toSorted());
      const moments = pages.flat().map((each) => each.dueAt);
      expect(moments).toEqual(moments.toSorted((one, other) => one - other));
    }));
});

function sortable({ provider, holder, dueAt: at }: DueConnection): string {
  return JSON.stringify([provider, holder, at]);
}
