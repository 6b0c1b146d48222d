import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import type { Persons, SessionsEnd } from '../../ports/persons.ts';
import { after, instant } from '../../runtime/clock.ts';
import type { PersonId } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { decodeConsents } from './consent-codec.ts';
import { keyOf } from './keys.ts';
import { auditAttribute, decode, text, whole } from './stored.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** No session and no sign-in lives nearly as long; so long operators see when they were ended. Seconds. */
const rememberedSeconds = 400 * 86_400;

const storedPerson = v.object({ pk: text, sessions_ended_at: whole });

/** Persons in the grants table: what each granted, and when their sessions were ended last. */
export function dynamoPersons(options: Options): Persons {
  return {
    find: async (person) => {
      const [consentsKey, personKey] = [keyOf.consents(person), keyOf.person(person)];
      const items = await batchGet(options.client, options.table, [consentsKey, personKey]);
      const [consents, ended] = [items.get(consentsKey), items.get(personKey)];
      if (consents === undefined && ended === undefined) return undefined;
      return {
        consents: consents === undefined ? [] : decodeConsents(consents).consents,
        ...(ended && { sessionsEndedAt: instant(decode(storedPerson, ended).sessions_ended_at) }),
      };
    },
    endSessions: (person, end) => endSessions(options, person, end),
  };
}

async function endSessions(
  { client, table }: Options,
  person: PersonId,
  { at, by, requestId }: SessionsEnd,
): Promise<void> {
  const audit = auditAttribute({ event: 'sessions_ended', actor: by, at, requestId });
  const write = new UpdateItemCommand({
    TableName: table,
    Key: { pk: { S: keyOf.person(person) } },
    UpdateExpression: 'SET #at = :at, #audit = :audit, #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(#at) OR #at < :at',
    ExpressionAttributeNames: { '#at': 'sessions_ended_at', '#audit': 'audit', '#ttl': 'ttl' },
    ExpressionAttributeValues: toItem({ ':at': at, ':audit': audit, ':ttl': after(at, rememberedSeconds) }),
  });
  await calling('DynamoDB', async () => {
    try {
      await client.send(write);
    } catch (error) {
      // Ended then or later: by another, or by this very write whose reply was lost.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  });
}
