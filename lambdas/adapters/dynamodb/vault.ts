import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { KeptUpstream, Vault, VaultLease, VaultOutcome } from '../../ports/vault.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { systemRandom } from '../../runtime/random.ts';
import { calling } from '../aws.ts';
import { type Item, type PlainRecord, toItem } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decodeKeptUpstream, derivedAttribute, sealedAttribute } from './vault-codec.ts';
import { writeOnce } from './write-once.ts';

interface Options {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/**
 * How long an item outlives its last use before it is swept: longer than any family of refresh tokens may rest. What ends
 * is forgotten at once. Seconds.
 */
const keptSeconds = 400 * 24 * 60 * 60;
/** The sweep of what nobody used waits longer than any clock of ours is off. Seconds. */
const sweepMargin = 3_600;

/** Kept refresh tokens of identity providers, in the vault table. */
export function dynamoVault(options: Options): Vault {
  const { client, table } = options;
  const keyed = (grant: GrantId) => ({ TableName: table, Key: { pk: { S: keyOf.upstreamGrant(grant) } } });
  const update = async (
    grant: GrantId,
    change: Change,
    isOurs: (item: Item) => boolean,
  ): Promise<boolean> => {
    const command = new UpdateItemCommand({
      ...keyed(grant),
      ...change,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return (await writeOnce(() => client.send(command), isOurs)).won;
  };
  return {
    keep: async ({ sealed, unusedUntil, endsAt, ...binding }, now) => {
      const attempt = systemRandom(16);
      const put = new PutItemCommand({
        TableName: table,
        Item: toItem({
          pk: keyOf.upstreamGrant(binding.grant),
          ...{ grant: binding.grant, idp: binding.idp, person: binding.person, client_id: binding.client },
          sealed: sealedAttribute(sealed),
          ...{ kept_at: now, stood_at: now, ends_at: endsAt, version: 1, settled: attempt },
          ...{ unused_until: unusedUntil, ttl: after(unusedUntil, sweepMargin) },
        }),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const { won } = await writeOnce(() => client.send(put), settledBy(attempt));
      if (!won) throw new Error('a token is kept for that grant already');
    },
    confirm: async (grant, now) => {
      await update(grant, confirming(now), () => false);
    },
    find: async (grant) => {
      const get = new GetItemCommand({ ...keyed(grant), ConsistentRead: true });
      const { Item } = await calling('DynamoDB', () => client.send(get));
      return Item && decodeKeptUpstream(Item);
    },
    renew: (kept, now) => update(kept.grant, renewing(kept, now), settledBy(kept.attempt)),
    lease: (kept, lease, now) => {
      const isOurs = (item: Item): boolean => item['lease']?.M?.['attempt']?.S === lease.attempt;
      return update(kept.grant, leasing(kept, lease, now), isOurs);
    },
    settle: (grant, attempt, outcome, now) =>
      outcome.kind === 'rotated'
        ? // Written again after a lost reply, it is the same: the lease is still held.
          update(grant, rotating(attempt, outcome), () => false)
        : update(grant, settling(attempt, outcome, now), settledBy(attempt)),
    forget: async (grant) => {
      await calling('DynamoDB', () => client.send(new DeleteItemCommand(keyed(grant))));
    },
  };
}

type Change = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

function settledBy(attempt: string): (item: Item) => boolean {
  return (item) => item['settled']?.S === attempt;
}

/** Whoever asks with what was there before has ended: its lease went with the end. */
function renewing(
  { idp, person, client, sealed, endsAt, attempt }: Parameters<Vault['renew']>[0],
  now: Instant,
): Change {
  const written: PlainRecord = {
    ...{ sealed: sealedAttribute(sealed), ends_at: endsAt, stood_at: now, settled: attempt },
    ttl: after(now, keptSeconds),
  };
  const names = Object.keys(written).filter((name) => written[name] !== undefined);
  const issuedTo = client === undefined ? 'attribute_not_exists(#client_id)' : '#client_id = :client';
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}, #version = #version + :one REMOVE #ended`,
    ConditionExpression: `#ended.#reason = :lost AND #idp = :idp AND #person = :person AND ${issuedTo}`,
    ExpressionAttributeNames: Object.fromEntries(
      [...names, 'version', 'ended', 'reason', 'idp', 'person', 'client_id'].map((name) => [
        `#${name}`,
        name,
      ]),
    ),
    ExpressionAttributeValues: toItem({
      ...Object.fromEntries(names.map((name) => [`:${name}`, written[name]])),
      ...{ ':one': 1, ':lost': 'interaction_required', ':idp': idp, ':person': person, ':client': client },
    }),
  };
}

/** Done again, it finds the same, so that a lost reply needs no mark. */
function confirming(now: Instant): Change {
  return {
    UpdateExpression: 'SET #ttl = :ttl REMOVE #unused',
    ConditionExpression: `attribute_exists(#sealed) AND ${isUsed}`,
    ExpressionAttributeNames: { '#ttl': 'ttl', '#unused': 'unused_until', '#sealed': 'sealed' },
    ExpressionAttributeValues: toItem({ ':ttl': after(now, keptSeconds), ':now': now }),
  };
}

/** The sweep comes when it pleases: what nobody used in time counts no more, be it there or not. */
const isUsed = '(attribute_not_exists(#unused) OR #unused > :now)';

function leasing({ version }: KeptUpstream, lease: VaultLease, now: Instant): Change {
  return {
    UpdateExpression: 'SET #lease = :lease',
    // The version: who read the token before another one had it rotated would send a spent one.
    ConditionExpression: `#version = :version AND attribute_exists(#sealed) AND ${isUsed} AND (attribute_not_exists(#lease) OR #lease.#until <= :now)`,
    ExpressionAttributeNames: {
      ...{ '#lease': 'lease', '#until': 'until', '#version': 'version', '#sealed': 'sealed' },
      '#unused': 'unused_until',
    },
    ExpressionAttributeValues: toItem({ ':lease': { ...lease }, ':now': now, ':version': version }),
  };
}

/** The new token is safe before anything else is asked with what came along with it. */
function rotating(attempt: string, { sealed, endsAt }: Extract<VaultOutcome, { kind: 'rotated' }>): Change {
  const [set, remove] = endsAt === undefined ? ['', ', #ends'] : [', #ends = :ends', ''];
  return {
    // The version: whoever read the spent one gets no lease with it.
    UpdateExpression: `SET #sealed = :sealed, #version = #version + :one${set} REMOVE #unused${remove}`,
    ConditionExpression: '#lease.#attempt = :attempt',
    ExpressionAttributeNames: {
      ...{ '#sealed': 'sealed', '#unused': 'unused_until', '#lease': 'lease', '#attempt': 'attempt' },
      ...{ '#version': 'version', '#ends': 'ends_at' },
    },
    ExpressionAttributeValues: toItem({
      ...{ ':sealed': sealedAttribute(sealed), ':attempt': attempt, ':one': 1, ':ends': endsAt },
    }),
  };
}

/** One update that writes what came of asking and gives the lease back, under the condition that it is still held. */
function settling(attempt: string, outcome: FinalOutcome, now: Instant): Change {
  const { set, remove } = changesOf(outcome, now);
  const written: PlainRecord = { settled: attempt, ttl: after(now, keptSeconds), ...set };
  const names = Object.keys(written).filter((name) => written[name] !== undefined);
  // Who asks holds a refresh token of ours: it is in use.
  const removed = ['lease', 'unused_until', ...remove];
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}, #version = #version + :one REMOVE ${removed.map((name) => `#${name}`).join(', ')}`,
    ConditionExpression: '#lease.#attempt = :settled',
    ExpressionAttributeNames: Object.fromEntries(
      [...names, ...removed, 'version', 'attempt'].map((name) => [`#${name}`, name]),
    ),
    ExpressionAttributeValues: toItem({
      ...Object.fromEntries(names.map((name) => [`:${name}`, written[name]])),
      ':one': 1,
    }),
  };
}

type FinalOutcome = Exclude<VaultOutcome, { readonly kind: 'rotated' }>;

function changesOf(
  outcome: FinalOutcome,
  now: Instant,
): { readonly set: PlainRecord; readonly remove: readonly string[] } {
  switch (outcome.kind) {
    case 'stands': {
      const { groups, sealed, endsAt } = outcome;
      const set = { stood_at: now, groups, ends_at: endsAt, sealed: sealed && sealedAttribute(sealed) };
      const untold = [
        ...(groups === undefined ? ['groups'] : []),
        ...(endsAt === undefined ? ['ends_at'] : []),
      ];
      return { set, remove: ['failed_at', ...untold] };
    }
    case 'ended':
      // The token is good for nothing any more.
      return {
        set: { ended: { reason: outcome.reason, at: now } },
        remove: ['sealed', 'ends_at', 'groups', 'failed_at', 'derived'],
      };
    case 'derived':
      return { set: { derived: derivedAttribute(outcome.derived) }, remove: ['failed_at'] };
    case 'failed': {
      const { sealed, endsAt } = outcome;
      const set = { failed_at: now, ends_at: endsAt, sealed: sealed && sealedAttribute(sealed) };
      return { set, remove: [] };
    }
  }
}
