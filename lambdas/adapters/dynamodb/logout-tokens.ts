import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { LogoutTokens } from '../../ports/logout-tokens.ts';
import { calling } from '../aws.ts';
import { keyOf } from './keys.ts';
import { markOnce } from './mark-once.ts';

/** Marks logout tokens as used in the grants table: one conditional write on one item. */
export function dynamoLogoutTokens({
  client,
  table,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): LogoutTokens {
  return {
    usedBy: async ({ idp, jti }, now) => {
      const Key = { pk: { S: keyOf.logoutToken(idp, jti) } };
      const question = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
      const { Item: item } = await calling('DynamoDB', () => client.send(question));
      return item !== undefined && Number(item['until']?.N) >= now ? item['attempt']?.S : undefined;
    },
    // The token itself is the attempt: whoever brings the same one again brings the same word.
    markUsed: ({ idp, jti, until, digest }, now) =>
      markOnce({ client, table }, { key: keyOf.logoutToken(idp, jti), until, now, attempt: digest }),
  };
}
