import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { fromItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { revocationEntry } from '../../../lambdas/adapters/dynamodb/end-keys.ts';
import { dynamoRevocations } from '../../../lambdas/adapters/dynamodb/revocations.ts';
import { dynamoTokenStandings } from '../../../lambdas/adapters/dynamodb/token-standings.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { AgentId, ClientId, ResourceUri } from '../../../lambdas/runtime/identifiers.ts';
import { inFreshWorld } from './world.ts';

const now = instant(1_800_000_000);

function aRevocation(jti: string, requestId = 'request') {
  return { jti, clientId: 'planner-client' as ClientId, until: after(now, 900), now, requestId };
}

describe('a set of revocations', () => {
  it('keeps the record of the first of two', () =>
    inFreshWorld(async ({ client, grants }) => {
      const revocations = dynamoRevocations({ client, table: grants });
      await revocations.revoke(aRevocation('one', 'first'));
      await revocations.revoke(aRevocation('one', 'second'));
      const { key, name, ttl } = revocationEntry('one', after(now, 900));
      const { Item } = await client.send(new GetItemCommand({ TableName: grants, Key: { pk: { S: key } } }));
      expect(fromItem(Item!)).toEqual({
        pk: key,
        ttl,
        [name]: { event: 'revoked', actor: 'client/planner-client', at: now, request_id: 'first' },
      });
    }));

  it('that is full refuses, and the sets beside it do not', () =>
    inFreshWorld(async ({ client, registry, grants }) => {
      const revocations = dynamoRevocations({ client, table: grants });
      const standings = dynamoTokenStandings({ client, registry, grants });
      const { key } = revocationEntry('one', after(now, 900));
      const Item = { pk: { S: key }, filling: { S: 'x'.repeat(409_550) } };
      await client.send(new PutItemCommand({ TableName: grants, Item }));
      await expect(revocations.revoke(aRevocation('one'))).rejects.toBeInstanceOf(DependencyUnavailable);
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
      const beside = names.find((jti) => revocationEntry(jti, after(now, 900)).key !== key)!;
      await revocations.revoke(aRevocation(beside));
      const isRevoked = async (jti: string) => {
        const of = { clientId: 'c' as ClientId, agentId: 'a' as AgentId, resource: 'r' as ResourceUri };
        return (await standings.read({ ...of, jti, expiresAt: after(now, 900) })).isRevoked;
      };
      expect([await isRevoked('one'), await isRevoked(beside)]).toEqual([false, true]);
    }));
});
