import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { fromItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import { aChange, aClient } from './mothers.ts';
import { inFreshWorld } from './world.ts';

describe('the record of a change', () => {
  it('is in the item that the change wrote, and after a removal in what the thing was known by', () =>
    inFreshWorld(async ({ client, registry, grants }) => {
      const store = dynamoRegistryStore({ client, table: registry, grants });
      const thing = aClient();
      const recorded = async (prefix: string): Promise<unknown> => {
        const key = {
          TableName: registry,
          Key: { pk: { S: `${prefix}#${thing.id}` } },
          ConsistentRead: true,
        };
        const { Item } = await client.send(new GetItemCommand(key));
        return Item && fromItem(Item)['audit'];
      };
      const changes = ['client_created', 'client_disabled', 'client_removed'].map((event) => {
        const change = aChange({ event });
        const { actor, at, requestId } = change;
        return { change, record: { event, actor, at, request_id: requestId } };
      });
      const [created, disabled, removed] = [changes[0]!, changes[1]!, changes[2]!];
      await store.register('client', { thing }, created.change);
      expect([await recorded('client'), await recorded('identifier')]).toEqual([
        created.record,
        created.record,
      ]);
      await store.replace('client', { thing, version: 1 }, { thing }, disabled.change);
      expect(await recorded('client')).toEqual(disabled.record);
      await store.remove('client', { thing, version: 2 }, removed.change);
      expect([await recorded('client'), await recorded('identifier')]).toEqual([undefined, removed.record]);
    }));
});
