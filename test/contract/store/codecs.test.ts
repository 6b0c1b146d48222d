import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Item, toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { connecting } from '../../../lambdas/adapters/dynamodb/connection-changes.ts';
import { decodeConnection } from '../../../lambdas/adapters/dynamodb/connection-codec.ts';
import { decodeGrant, grantAttributes } from '../../../lambdas/adapters/dynamodb/grant-codec.ts';
import { decodeKeyRing, encodeKeyRing } from '../../../lambdas/adapters/dynamodb/key-ring-codec.ts';
import { thingItem } from '../../../lambdas/adapters/dynamodb/registry-steps.ts';
import { auditAttribute } from '../../../lambdas/adapters/dynamodb/stored.ts';
import { decodeTask, encodeTask } from '../../../lambdas/adapters/dynamodb/task-codec.ts';
import { decodeTaskStanding } from '../../../lambdas/adapters/dynamodb/task-standing-codec.ts';
import { decodeStored } from '../../../lambdas/adapters/dynamodb/thing-codec.ts';
import type { Kind } from '../../../lambdas/ports/registry-store.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId } from '../../../lambdas/runtime/identifiers.ts';
import { agents, clients, grants, identityProviders, keyRings, resources } from './arbitraries.ts';
import { apis } from './api-arbitrary.ts';
import { laterKnown, newConnections } from './connection-arbitrary.ts';
import { egressProviders } from './egress-provider-arbitrary.ts';
import { aChange, aClient } from './mothers.ts';
import { tasks } from './task-arbitrary.ts';
import { type World, inFreshWorld } from './world.ts';

const runs = { numRuns: 150 } as const;
const things = {
  ...{ agent: agents, client: clients, resource: resources, idp: identityProviders, api: apis },
  provider: egressProviders,
} as const;
const kinds = Object.keys(things) as Kind[];

/** The item as the engine gives it back. */
async function throughEngine({ client, registry }: World, item: Item): Promise<Item> {
  await client.send(new PutItemCommand({ TableName: registry, Item: item }));
  const key = { TableName: registry, Key: { pk: item['pk']! }, ConsistentRead: true };
  return (await client.send(new GetItemCommand(key))).Item!;
}

describe('what is stored', () => {
  it.each(kinds)('reads back as the %s that was written', (kind) =>
    inFreshWorld(async (world) => {
      const property = fc.asyncProperty(things[kind], fc.integer({ min: 1 }), async (thing, version) => {
        const item = await throughEngine(world, thingItem(kind, { thing }, version, aChange()));
        expect(decodeStored(kind, item)).toEqual({ thing, version });
      });
      await fc.assert(property, runs);
    }),
  );

  it('reads back as the key ring that was written', () =>
    inFreshWorld(async (world) => {
      const property = fc.asyncProperty(keyRings, async (ring) => {
        const item = toItem({ ...encodeKeyRing(ring), audit: auditAttribute(aChange()) });
        expect(decodeKeyRing(await throughEngine(world, item))).toEqual(ring);
      });
      await fc.assert(property, runs);
    }));

  it('reads back as the grant that was written, whatever a later version added to it', () =>
    inFreshWorld(async (world) => {
      const property = fc.asyncProperty(grants, novelties, async (grant, novelty) => {
        const item = toItem({ pk: 'grant#one', ...grantAttributes(grant) });
        expect(decodeGrant(await throughEngine(world, item))).toEqual(grant);
        expect(decodeGrant(await throughEngine(world, withNovelty(item, novelty)))).toEqual(grant);
      });
      await fc.assert(property, runs);
    }));

  it('reads back as the task that was written, and as its standing, whatever a later version added to it', () =>
    inFreshWorld(async (world) => {
      const property = fc.asyncProperty(tasks, novelties, async (task, novelty) => {
        const item = toItem(encodeTask(task));
        expect(decodeTask(await throughEngine(world, item))).toEqual(task);
        const later = await throughEngine(world, withNovelty(item, novelty));
        expect(decodeTask(later)).toEqual(task);
        const { id, clientId, ancestors } = task.terms;
        const standing = { terms: { id, clientId, ancestors }, hasEnded: task.ended !== undefined };
        expect(decodeTaskStanding(later)).toEqual(standing);
      });
      await fc.assert(property, runs);
    }));

  it('reads back as the connection that was made, and what became of it, whatever a later version added to it', () =>
    inFreshWorld(async (world) => {
      const property = fc.asyncProperty(
        newConnections,
        laterKnown,
        novelties,
        async (made, known, novelty) => {
          const { attempt, ...connection } = made;
          const {
            pausedUntil: paused_until,
            failedAt: failed_at,
            notBefore: not_before,
            lease,
            ...same
          } = known;
          const item = {
            ...connecting({ ...connection, attempt }, instant(7)).Item,
            ...toItem({ ...same, paused_until, failed_at, not_before, lease: lease && { ...lease } }),
            pk: { S: 'connection#one' },
          };
          const wanted = {
            ...{ ...connection, ...known, version: 1, state: 'active', connectedAt: instant(7) },
          };
          expect(decodeConnection(await throughEngine(world, item))).toEqual(wanted);
          const later = await throughEngine(world, withNovelty(item, novelty));
          expect(decodeConnection(later)).toEqual(wanted);
        },
      );
      await fc.assert(property, runs);
    }));

  it.each(kinds)('reads as the same %s, whatever a later version added to it', (kind) =>
    inFreshWorld(async (world) => {
      const property = fc.asyncProperty(things[kind], novelties, async (thing, novelty) => {
        const item = thingItem(kind, { thing }, 1, aChange());
        const later = await throughEngine(world, withNovelty(item, novelty));
        expect(decodeStored(kind, later)).toEqual({ thing, version: 1 });
      });
      await fc.assert(property, runs);
    }),
  );

  it('reads as the same key ring, whatever a later version added to it', () =>
    inFreshWorld(async (world) => {
      const property = fc.asyncProperty(keyRings, novelties, async (ring, novelty) => {
        const item = toItem({ ...encodeKeyRing(ring), audit: auditAttribute(aChange()) });
        expect(decodeKeyRing(await throughEngine(world, withNovelty(item, novelty)))).toEqual(ring);
      });
      await fc.assert(property, runs);
    }));

  it.each(['state', 'managed_by', 'authentication', 'version', 'audit', 'agent_id'])(
    'is refused when its %s is not what it should be, and the refusal shows no value',
    (attribute) => {
      // The refusal names the key: an id of random digits could hold what no refusal may show.
      const thing = aClient({ id: 'someone' as ClientId });
      const item = thingItem('client', { thing }, 1, aChange());
      for (const wrong of [{ N: '-77' }, { SS: ['wrong'] }, { M: { wrong: { S: 'wrong' } } }]) {
        const decoding = (): unknown => decodeStored('client', { ...item, [attribute]: wrong });
        expect(decoding).toThrow(new RegExp(`^malformed item client#someone: ${attribute}`));
        expect(decoding).not.toThrow(/77|wrong/);
      }
    },
  );

  it.each(['state', 'managed_by', 'authentication', 'version', 'audit', 'name'])(
    'is refused without its %s',
    (attribute) => {
      const whole = thingItem('client', { thing: aClient() }, 1, aChange());
      const rest = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== attribute));
      expect(() => decodeStored('client', rest)).toThrow(/^malformed item client#/);
    },
  );
});

/** An attribute of any type, ours or not. */
const novelties: fc.Arbitrary<AttributeValue> = fc.constantFrom<AttributeValue>(
  { S: '' },
  { N: '1.5' },
  { BOOL: false },
  { NULL: true },
  { SS: ['one', 'two'] },
  { NS: ['1'] },
  { B: new Uint8Array([1]) },
  { L: [{ NULL: true }] },
  { M: { deep: { BS: [new Uint8Array([2])] } } },
);

/** The item with an attribute that this version does not know, in it and in every map within. */
function withNovelty(item: Item, novelty: AttributeValue): Item {
  // A JSON Web Key is kept as it is: what is new in it is no attribute of ours.
  if (item['kind']?.S === 'jwks') return { ...item, unheard_of: novelty };
  const deepened = Object.entries(item).map(([name, value]) => [name, deepen(value, novelty)] as const);
  return { ...Object.fromEntries(deepened), unheard_of: novelty };
}

function deepen(value: AttributeValue, novelty: AttributeValue): AttributeValue {
  if (value.M !== undefined) return { M: withNovelty(value.M, novelty) };
  if (value.L !== undefined) return { L: value.L.map((member) => deepen(member, novelty)) };
  return value;
}
