import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Enrolment, EnrolmentLease, EnrolmentName, Enrolments } from '../../ports/enrolments.ts';
import type { SealedToken } from '../../ports/vault.ts';
import type { Instant } from '../../runtime/clock.ts';
import { systemRandom } from '../../runtime/random.ts';
import { calling } from '../aws.ts';
import { toItem } from './attributes.ts';
import { decodeEnrolment, enrolmentItem } from './enrolment-codec.ts';
import { changePlace, enrolmentPlaces } from './enrolment-places.ts';
import { keyOf } from './keys.ts';
import { sealedAttribute } from './vault-codec.ts';
import { writeOnce } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Enrolments, in the vault table. */
export function dynamoEnrolments(options: Options): Enrolments {
  const { client, table } = options;
  const enrolmentKey = (name: EnrolmentName) => ({
    TableName: table,
    Key: { pk: { S: keyOf.enrolment(name.idp, name.client) } },
  });
  return {
    ...enrolmentPlaces(options),
    keep: async (enrolment) => {
      const attempt = systemRandom(16);
      const command = new PutItemCommand({
        TableName: table,
        Item: { ...enrolmentItem(enrolment), attempt: { S: attempt } },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const { won: isKept } = await writeOnce(
        () => client.send(command),
        (item) => item['attempt']?.S === attempt,
      );
      if (!isKept) throw new Error('another client is kept for that one already');
    },
    find: async (name) => {
      const command = new GetItemCommand({ ...enrolmentKey(name), ConsistentRead: true });
      const { Item } = await calling('DynamoDB', () => client.send(command));
      return Item && decodeEnrolment(Item);
    },
    lease: async (enrolment, lease, what, now) => {
      const command = new UpdateItemCommand({
        ...enrolmentKey(enrolment),
        ...leasing(enrolment, lease, what, now),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const { won } = await writeOnce(
        () => client.send(command),
        (item) => item['lease']?.M?.['attempt']?.S === lease.attempt,
      );
      return won;
    },
    settle: (name, attempt, registration) => settle(options, enrolmentKey(name), attempt, registration),
    forget: async (name) => {
      const yes = { ':yes': true };
      const isThere = await changePlace(options, name, { set: 'SET #client.emptied = :yes', values: yes });
      // Nobody can take it until the last step; whoever takes it then has one that is not emptied.
      if (!isThere) return;
      await calling('DynamoDB', () => client.send(new DeleteItemCommand(enrolmentKey(name))));
      const where = '#client.emptied = :yes';
      const values = { ...yes, ':less': -1 };
      await changePlace(options, name, { set: 'REMOVE #client ADD taken :less', values, where });
    },
  };
}

/** The registration that was read: who read one that was replaced since would send a spent one. */
function leasing(
  { registration }: Enrolment,
  lease: EnrolmentLease,
  what: 'change' | 'removal',
  now: Instant,
): Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  return {
    UpdateExpression: `SET #lease = :lease${what === 'change' ? ', unsure = :yes' : ''}`,
    ConditionExpression:
      'registration.ciphertext = :seen AND (attribute_not_exists(#lease) OR #lease.#until <= :now)',
    ExpressionAttributeNames: { '#lease': 'lease', '#until': 'until' },
    ExpressionAttributeValues: toItem({
      ...{ ':lease': { ...lease }, ':seen': registration?.ciphertext, ':now': now },
      ...(what === 'change' && { ':yes': true }),
    }),
  };
}

async function settle(
  { client }: Options,
  key: Pick<UpdateItemCommandInput, 'TableName' | 'Key'>,
  attempt: string,
  registration: SealedToken | undefined,
): Promise<void> {
  const isKept = registration !== undefined;
  const command = new UpdateItemCommand({
    ...{ TableName: key.TableName, Key: key.Key },
    UpdateExpression: `SET settled = :attempt${isKept ? ', registration = :new' : ''} REMOVE #lease, unsure`,
    ConditionExpression: '#lease.attempt = :attempt',
    ExpressionAttributeNames: { '#lease': 'lease' },
    ExpressionAttributeValues: toItem({
      ':attempt': attempt,
      ...(isKept && { ':new': sealedAttribute(registration) }),
    }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const { won: isSettled } = await writeOnce(
    () => client.send(command),
    (item) => item['settled']?.S === attempt,
  );
  if (!isSettled) throw new Error('the lease of a registration was over before it was settled');
}
