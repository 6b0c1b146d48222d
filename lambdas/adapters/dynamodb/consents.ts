import { setTimeout } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { ClientConsent, Consents, EndGrants } from '../../ports/consents.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { PersonId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { type ConsentChange, withConsent, withoutClient } from './consent-changes.ts';
import { decodeConsents, encodeConsents, type PersonConsents } from './consent-codec.ts';
import { keyOf } from './keys.ts';
import { putVersion } from './versioned-put.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** One person signs in to a handful of clients at once, never to dozens. */
const mostTries = 12;
/** Milliseconds, for each try that came before. */
const pause = 15;

/** What each person granted, in one item of the grants table; every change is one put over the version that was read. */
export function dynamoConsents(options: Options): Consents {
  return {
    of: async (person) => (await read(options, person)).consents,
    record: (person, consent, end) =>
      change(options, person, (consents) => withConsent(consents, consent), end),
    withdraw: (person, clientId, end) =>
      change(options, person, (consents) => withoutClient(consents, clientId), end),
  };
}

async function read({ client, table }: Options, person: PersonId): Promise<PersonConsents> {
  const Key = { pk: { S: keyOf.consents(person) } };
  const { Item } = await calling('DynamoDB', () =>
    client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true })),
  );
  return Item === undefined ? { version: 0, consents: [] } : decodeConsents(Item);
}

async function change(
  options: Options,
  person: PersonId,
  decide: (consents: readonly ClientConsent[]) => ConsentChange,
  end: EndGrants,
): Promise<void> {
  for (let tried = 0; tried < mostTries; tried += 1) {
    if (tried > 0) await setTimeout(pause * tried);
    const { version, consents } = await read(options, person);
    const { consents: next, ended } = decide(consents);
    if (ended.length > 0) await end(ended);
    const item = toItem(encodeConsents(person, { version: version + 1, consents: next }));
    if (await putVersion(options, item, version)) return;
  }
  throw new DependencyUnavailable('DynamoDB', { cause: new Error('the consents of a person moved on') });
}
