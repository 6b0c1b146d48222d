import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { dynamoVault } from '../../../lambdas/adapters/dynamodb/vault.ts';
import { sealedAttribute } from '../../../lambdas/adapters/dynamodb/vault-codec.ts';
import type { Vault } from '../../../lambdas/ports/vault.ts';

/** Deliberately wrong: it reads whether there is a lease, then writes one. The suite must find it out. */
export function getThenPutVault(client: DynamoDBClient, table: string): Vault {
  const vault = dynamoVault({ client, table });
  return {
    ...vault,
    lease: async ({ grant, version }, lease, now) => {
      const kept = await vault.find(grant);
      if (kept?.sealed === undefined || kept.version !== version) return false;
      if (kept.lease !== undefined && now < kept.lease.until) return false;
      const { idp, person, keptAt, stoodAt, sealed } = kept;
      const Item = toItem({
        ...{ pk: `upstream-grant#${grant}`, grant, idp, person, version, sealed: sealedAttribute(sealed) },
        ...{ kept_at: keptAt, stood_at: stoodAt, lease: { ...lease } },
      });
      await client.send(new PutItemCommand({ TableName: table, Item }));
      return true;
    },
  };
}
