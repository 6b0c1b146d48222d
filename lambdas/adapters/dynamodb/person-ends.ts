import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as v from 'valibot';
import { type PersonEnds, type PersonEndsReader, rememberedSeconds } from '../../ports/person-ends.ts';
import { after, instant, type Instant } from '../../runtime/clock.ts';
import { endedName } from '../../runtime/ended-name.ts';
import { type Item, toItem } from './attributes.ts';
import { batchGet } from './batch-get.ts';
import { setEnd } from './end-steps.ts';
import { keyOf } from './keys.ts';
import { auditAttribute, decode, text, whole } from './stored.ts';
import { type Step, transact } from './transaction.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

const stored = v.object({ pk: text, until: whole });

/** The attributes that tell until when tokens of a person are ended. */
export const personEndAttributes = ['until'] as const;

/** Ends of people in the grants table, for whoever reads one, and among the ends for the feed. */
export function dynamoPersonEnds({ client, table }: Options): PersonEnds & PersonEndsReader {
  return {
    end: async (person, until, end) => {
      const mark: Step = {
        write: {
          Update: {
            TableName: table,
            Key: { pk: { S: keyOf.personEnd(person) } },
            UpdateExpression: 'SET #until = :until, #audit = :audit, #ttl = :ttl',
            ConditionExpression: 'attribute_not_exists(#until) OR #until < :until',
            ExpressionAttributeNames: { '#until': 'until', '#audit': 'audit', '#ttl': 'ttl' },
            ExpressionAttributeValues: toItem({
              ':until': until,
              ':audit': auditAttribute({
                ...{ event: 'person_ended', actor: end.by, at: end.at, requestId: end.requestId },
              }),
              ':ttl': after(until, rememberedSeconds),
            }),
          },
        },
        // Ended then or later: by another, or by this very write whose reply was lost.
        otherwise: { outcome: 'moved_on' },
      };
      await transact(client, [mark, setEnd(table, endedName('sub', person), until, end.at)]);
    },
    until: async (person) => {
      const key = keyOf.personEnd(person);
      const item = (await batchGet(client, table, [key])).get(key);
      return item && decodePersonEnd(item);
    },
  };
}

export function decodePersonEnd(item: Item): Instant {
  return instant(decode(stored, item).until);
}
