import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { ConnectionPlace, DueConnection, DueConnections } from '../../ports/connections.ts';
import { instant } from '../../runtime/clock.ts';
import type { EgressProviderId, IdpId, PersonId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';

/** As of tasks. */
const pageSize = 1_000;

/** The key says whose it is: the index holds nothing more of it. */
const form =
  /^connection#(?<provider>[^#]+)#(?:person#(?<idp>[^#]+)#(?<person>.+)|group#(?<group>.+)|service)$/s;

const storedDue = v.object({ pk: v.pipe(text, v.regex(form)), due_at: whole });

const position = v.pipe(v.string(), v.parseJson(), v.strictTuple([whole, text]));

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Connections that want to be renewed or revoked, by the index `due` of the vault. */
export function dynamoDueConnections({ client, table }: Options): DueConnections {
  return {
    page: async (shard, until, next) => {
      const list = keyOf.dueConnections(shard);
      const query = new QueryCommand({
        ...{ TableName: table, IndexName: 'due', Limit: pageSize },
        KeyConditionExpression: 'due_shard = :list AND due_at <= :until',
        ExpressionAttributeValues: toItem({ ':list': list, ':until': until }),
        ...(next !== undefined && { ExclusiveStartKey: startIn(list, next) }),
      });
      const { Items: items = [], LastEvaluatedKey: last } = await calling('DynamoDB', () =>
        client.send(query),
      );
      const due = items.map(dueOf);
      const behind = last && due.at(-1);
      return { due, ...(behind && { next: JSON.stringify([behind.dueAt, keyOf.connection(behind)]) }) };
    },
  };
}

function startIn(list: string, next: string): Item {
  const [dueAt, pk] = v.parse(position, next);
  return toItem({ pk, due_shard: list, due_at: dueAt });
}

function dueOf(item: Item): DueConnection {
  const { pk, due_at: dueAt } = decode(storedDue, item);
  return { ...placeOf(pk), dueAt: instant(dueAt) };
}

function placeOf(pk: string): ConnectionPlace {
  const { provider = '', idp, person, group } = form.exec(pk)?.groups ?? {};
  const at = { provider: provider as EgressProviderId };
  if (idp !== undefined && person !== undefined) {
    return { ...at, holder: { kind: 'person', person: person as PersonId, idp: idp as IdpId } };
  }
  return { ...at, holder: group === undefined ? { kind: 'service' } : { kind: 'group', group } };
}
