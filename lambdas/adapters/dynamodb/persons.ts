import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { longestFamilySeconds } from '../../ports/ends.ts';
import type { Persons, SessionsEnd } from '../../ports/persons.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import type { PersonId, UpstreamSession } from '../../runtime/identifiers.ts';
import { calling } from '../aws.ts';
import { type Item, toItem } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { decodeConsents } from './consent-codec.ts';
import { keyOf } from './keys.ts';
import { auditAttribute, decode, text, whole } from './stored.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** No family of a session lives as long; so long operators see when somebody's were ended. Seconds. */
const rememberedSeconds = longestFamilySeconds;

const storedSession = v.object({
  pk: text,
  person: v.exactOptional(text),
  sessions_ended_at: v.exactOptional(whole),
});

/** Persons in the grants table: what each granted, and when their sessions were ended last. */
export function dynamoPersons(options: Options): Persons {
  return {
    find: async (person, session) => {
      const keys = [keyOf.consents(person), keyOf.person(person)] as const;
      const sessionKey = session === undefined ? [] : [keyOf.upstreamSession(session)];
      const items = await batchGet(options.client, options.table, [...keys, ...sessionKey]);
      const [consents, ended] = keys.map((key) => items.get(key));
      const ofSession = sessionKey.map((key) => items.get(key))[0];
      const ends = [ended, ofSession].flatMap((item) => (item === undefined ? [] : endOf(item)));
      if (consents === undefined && ends.length === 0) return undefined;
      return {
        consents: consents === undefined ? [] : decodeConsents(consents).consents,
        ...(ends.length > 0 && { sessionsEndedAt: instant(Math.max(...ends)) }),
      };
    },
    noteSession: (session, person, now) => noteSession(options, session, person, now),
    endSessions: async (person, end) => {
      await markEnd(options, keyOf.person(person), end);
    },
    endSession: async (session, end) => {
      const item = await markEnd(options, keyOf.upstreamSession(session), end);
      return item && (decode(storedSession, item).person as PersonId | undefined);
    },
  };
}

function endOf(item: Item): readonly number[] {
  return [decode(storedSession, item).sessions_ended_at ?? []].flat();
}

async function noteSession(
  { client, table }: Options,
  session: UpstreamSession,
  person: PersonId,
  now: Instant,
): Promise<void> {
  const write = new UpdateItemCommand({
    TableName: table,
    Key: { pk: { S: keyOf.upstreamSession(session) } },
    UpdateExpression: 'SET #person = :person, #ttl = :ttl',
    ExpressionAttributeNames: { '#person': 'person', '#ttl': 'ttl' },
    ExpressionAttributeValues: toItem({ ':person': person, ':ttl': after(now, rememberedSeconds) }),
  });
  await calling('DynamoDB', () => client.send(write));
}

/** Resolves with the item as it then is, or was where it had ended as late already. */
async function markEnd(
  { client, table }: Options,
  key: string,
  { at, by, requestId }: SessionsEnd,
): Promise<Item | undefined> {
  const audit = auditAttribute({ event: 'sessions_ended', actor: by, at, requestId });
  const write = new UpdateItemCommand({
    TableName: table,
    Key: { pk: { S: key } },
    UpdateExpression: 'SET #at = :at, #audit = :audit, #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(#at) OR #at < :at',
    ExpressionAttributeNames: { '#at': 'sessions_ended_at', '#audit': 'audit', '#ttl': 'ttl' },
    ExpressionAttributeValues: toItem({ ':at': at, ':audit': audit, ':ttl': after(at, rememberedSeconds) }),
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  return calling('DynamoDB', async () => {
    try {
      return (await client.send(write)).Attributes;
    } catch (error) {
      // Ended then or later: by another, or by this very write whose reply was lost.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item;
    }
  });
}
