import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { grantAttributes } from '../../../lambdas/adapters/dynamodb/grant-codec.ts';
import { dynamoGrants } from '../../../lambdas/adapters/dynamodb/grants.ts';
import type { Grants, StoredGrant } from '../../../lambdas/ports/grants.ts';

/** Deliberately wrong: it reads, then writes, as if nobody came between. The suite must find it out. */
export function getThenPutGrants(client: DynamoDBClient, table: string): Grants {
  const grants = dynamoGrants({ client, table });
  const put = async (grant: StoredGrant): Promise<{ readonly won: true }> => {
    const Item = toItem({ pk: `grant#${grant.terms.id}`, ...grantAttributes(grant) });
    await client.send(new PutItemCommand({ TableName: table, Item }));
    return { won: true };
  };
  return {
    ...grants,
    redeem: async (id, { at, family }) => {
      const grant = await grants.find(id);
      if (grant === undefined || grant.code.redeemedAt !== undefined) return { won: false, taken: grant };
      return put({ ...grant, code: { ...grant.code, redeemedAt: at }, ...(family && { family }) });
    },
    rotate: async (id, { from, next }) => {
      const grant = await grants.find(id);
      if (grant?.family?.current !== from) return { won: false, taken: grant };
      return put({ ...grant, family: next });
    },
  };
}
