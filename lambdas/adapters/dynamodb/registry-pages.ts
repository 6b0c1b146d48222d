import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { Kind, Page, PageRequest, Things } from '../../ports/registry-store.ts';
import { calling } from '../aws.ts';
import type { Item } from './attributes.ts';
import { thingCodecs } from './thing-codec.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Lists one kind of thing. */
export function pageOf<K extends Kind>(
  options: Options,
  kind: K,
  page: PageRequest,
): Promise<Page<Things[K]> | undefined> {
  return indexPage(options, kind, page, (item) => thingCodecs[kind].decode(item));
}

/** Lists by the index `by-kind`, which answers people and never a security question. */
export async function indexPage<Thing>(
  options: Options,
  kind: Kind | 'registration-token',
  page: PageRequest,
  decode: (item: Item) => Thing,
): Promise<Page<Thing> | undefined> {
  const start = page.cursor === undefined ? undefined : readCursor(kind, page.cursor);
  if (page.cursor !== undefined && start === undefined) return undefined;
  const answer = await calling('DynamoDB', () =>
    options.client.send(
      new QueryCommand({
        TableName: options.table,
        IndexName: 'by-kind',
        KeyConditionExpression: '#kind = :kind',
        ExpressionAttributeNames: { '#kind': 'kind' },
        ExpressionAttributeValues: { ':kind': { S: kind } },
        Limit: page.limit,
        ...(start !== undefined && { ExclusiveStartKey: start }),
      }),
    ),
  );
  return {
    things: (answer.Items ?? []).map(decode),
    ...(answer.LastEvaluatedKey !== undefined && { cursor: writeCursor(answer.LastEvaluatedKey) }),
  };
}

/** As long as partition and sort keys can be: a longer one makes the query fail as if DynamoDB were down. Bytes. */
const longest = { pk: 2_048, id: 1_024 } as const;

const position = v.strictTuple([
  v.pipe(v.string(), v.nonEmpty(), v.maxBytes(longest.pk)),
  v.pipe(v.string(), v.nonEmpty(), v.maxBytes(longest.id)),
]);

function writeCursor(key: Item): string {
  return Buffer.from(JSON.stringify([key['pk']?.S, key['id']?.S])).toString('base64url');
}

/** `undefined` for a text that no page of this kind ended with. */
function readCursor(kind: string, cursor: string): Item | undefined {
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), position),
    Buffer.from(cursor, 'base64url').toString(),
  );
  if (!parsed.success) return undefined;
  const [pk, id] = parsed.output;
  if (!pk.startsWith(`${kind}#`)) return undefined;
  return { pk: { S: pk }, kind: { S: kind }, id: { S: id } };
}
