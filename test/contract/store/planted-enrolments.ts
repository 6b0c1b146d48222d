import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { dynamoEnrolments } from '../../../lambdas/adapters/dynamodb/enrolments.ts';
import { keyOf } from '../../../lambdas/adapters/dynamodb/keys.ts';
import type { Enrolments, Place } from '../../../lambdas/ports/enrolments.ts';

/** Deliberately wrong: it reads, then writes, as if nobody came between. The suite must find it out. */
export function getThenPutEnrolments(client: DynamoDBClient, table: string): Enrolments {
  const enrolments = dynamoEnrolments({ client, table });
  return {
    ...enrolments,
    take: async (place, quota) => {
      const taken = await enrolments.places(place.idp);
      if (taken.length >= quota) return 'full';
      const all: readonly Place[] = [...taken, place];
      const places = Object.fromEntries(
        all.map(({ client: id, since, name, attempt }) => [id, { since, name, attempt }]),
      );
      const Item = toItem({ pk: keyOf.enrolmentPlaces(place.idp), taken: all.length, ...places });
      await client.send(new PutItemCommand({ TableName: table, Item }));
      return 'taken';
    },
  };
}
