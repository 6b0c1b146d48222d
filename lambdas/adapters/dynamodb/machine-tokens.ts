import {
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { KeptMachineTokens, MachineOutcome, MachineTokenName } from '../../ports/machine-tokens.ts';
import type { VaultLease } from '../../ports/vault.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { calling } from '../aws.ts';
import { type Item, type PlainRecord, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decodeMachineToken } from './machine-token-codec.ts';
import { sealedAttribute } from './vault-codec.ts';
import { writeOnce } from './write-once.ts';

/** What tells nothing any more is swept so long after. Seconds. */
const sweptAfter = 86_400;

/** Tokens that agents get as themselves, in the vault table. */
export function dynamoMachineTokens({
  client,
  table,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): KeptMachineTokens {
  const keyed = ({ digest }: MachineTokenName) => ({
    TableName: table,
    Key: { pk: { S: keyOf.machineToken(digest) } },
  });
  const update = async (
    name: MachineTokenName,
    change: Change,
    isOurs: (item: Item) => boolean,
  ): Promise<boolean> => {
    const command = new UpdateItemCommand({
      ...keyed(name),
      ...change,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return (await writeOnce(() => client.send(command), isOurs)).won;
  };
  return {
    find: async (name) => {
      const get = new GetItemCommand({ ...keyed(name), ConsistentRead: true });
      const { Item } = await calling('DynamoDB', () => client.send(get));
      return Item && decodeMachineToken(Item);
    },
    lease: (name, version, lease, now) =>
      update(
        name,
        leasing(version, lease, now),
        (item) => item['lease']?.M?.['attempt']?.S === lease.attempt,
      ),
    settle: (name, attempt, outcome, now) =>
      update(name, settling(attempt, outcome, now), (item) => item['settled']?.S === attempt),
  };
}

type Change = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

function leasing(version: number, lease: VaultLease, now: Instant): Change {
  const isVersion =
    version === 0 ? '(attribute_not_exists(pk) OR #version = :version)' : '#version = :version';
  return {
    UpdateExpression: 'SET #lease = :lease, #version = :version, #ttl = if_not_exists(#ttl, :ttl)',
    // The version: who read before another one got a token would get one more.
    ConditionExpression: `${isVersion} AND (attribute_not_exists(#lease) OR #lease.#until <= :now)`,
    ExpressionAttributeNames: {
      ...{ '#lease': 'lease', '#until': 'until', '#version': 'version', '#ttl': 'ttl' },
    },
    ExpressionAttributeValues: toItem({
      ...{ ':lease': { ...lease }, ':version': version, ':now': now, ':ttl': after(now, sweptAfter) },
    }),
  };
}

/** One update that writes what came of asking and gives the lease back, under the condition that it is still held. */
function settling(attempt: string, outcome: MachineOutcome, now: Instant): Change {
  const { set, remove } = changesOf(outcome, now);
  const written = { settled: attempt, ...set };
  const removed = ['lease', ...remove];
  const sets = Object.keys(written).map((name) => `#${name} = :${name}`);
  return {
    UpdateExpression: `SET ${sets.join(', ')}, #version = #version + :one REMOVE ${removed.map((name) => `#${name}`).join(', ')}`,
    ConditionExpression: '#lease.#attempt = :settled',
    ExpressionAttributeNames: Object.fromEntries(
      [...Object.keys(written), ...removed, 'version', 'attempt'].map((name) => [`#${name}`, name]),
    ),
    ExpressionAttributeValues: toItem({
      ...Object.fromEntries(Object.entries(written).map(([name, value]) => [`:${name}`, value])),
      ':one': 1,
    }),
  };
}

function changesOf(
  outcome: MachineOutcome,
  now: Instant,
): { readonly set: PlainRecord; readonly remove: readonly string[] } {
  switch (outcome.kind) {
    case 'minted': {
      const { sealed, mintedAt, until } = outcome;
      const token = { sealed: sealedAttribute(sealed), minted_at: mintedAt, until };
      return { set: { token, ttl: after(until, sweptAfter) }, remove: ['refused', 'failed_at'] };
    }
    case 'passed_on':
      return { set: {}, remove: ['refused', 'failed_at'] };
    case 'refused': {
      const { refusal, until } = outcome;
      return { set: { refused: { refusal, until } }, remove: ['failed_at'] };
    }
    case 'failed':
      return { set: { failed_at: now }, remove: ['refused'] };
  }
}
