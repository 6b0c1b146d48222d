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
import { dueShardOf } from './due-shard.ts';
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
    keep: async ({ sealed, unusedUntil, endsAt, dueAt, ...binding }, now) => {
      const attempt = systemRandom(16);
      const put = new PutItemCommand({
        TableName: table,
        Item: toItem({
          pk: keyOf.upstreamGrant(binding.grant),
          ...{ grant: binding.grant, idp: binding.idp, person: binding.person, client_id: binding.client },
          sealed: sealedAttribute(sealed),
          ...{ kept_at: now, stood_at: now, version: 1, settled: attempt },
          // It is in no list before somebody uses it.
          ...{ ends_at: endsAt, due_at: dueAt },
          ...{ unused_until: unusedUntil, ttl: after(unusedUntil, sweepMargin) },
        }),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const { won } = await writeOnce(() => client.send(put), settledBy(attempt));
      if (!won) throw new Error('a token is kept for that grant already');
    },
    confirm: async (grant, now) => {
      await update(grant, confirming(grant, now), () => false);
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
          update(grant, rotating(grant, attempt, outcome), () => false)
        : update(grant, settling(grant, { attempt, outcome, now }), settledBy(attempt)),
    putOff: async (grant, due) => {
      await update(grant, puttingOff(due), () => false);
    },
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

/** The list of the index that it is in, if it is due at all. */
function listOf(grant: GrantId): string {
  return keyOf.dueUpstreamGrants(dueShardOf(grant));
}

/** Whoever asks with what was there before has ended: its lease went with the end. */
function renewing(
  { grant, idp, person, client, sealed, endsAt, dueAt, attempt }: Parameters<Vault['renew']>[0],
  now: Instant,
): Change {
  const written: PlainRecord = {
    ...{ sealed: sealedAttribute(sealed), stood_at: now, settled: attempt },
    ...{ ends_at: endsAt, due_at: dueAt, due_shard: listOf(grant), ttl: after(now, keptSeconds) },
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
function confirming(grant: GrantId, now: Instant): Change {
  return {
    UpdateExpression: 'SET #ttl = :ttl, #shard = :shard REMOVE #unused',
    ConditionExpression: `attribute_exists(#sealed) AND ${isUsed}`,
    ExpressionAttributeNames: {
      ...{ '#ttl': 'ttl', '#unused': 'unused_until', '#sealed': 'sealed', '#shard': 'due_shard' },
    },
    ExpressionAttributeValues: toItem({
      ...{ ':ttl': after(now, keptSeconds), ':now': now, ':shard': listOf(grant) },
    }),
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
function rotating(
  grant: GrantId,
  attempt: string,
  { sealed, endsAt, dueAt }: Extract<VaultOutcome, { kind: 'rotated' }>,
): Change {
  const moments = [
    ['#ends', ':ends', endsAt],
    ['#due', ':due', dueAt],
  ] as const;
  const set = moments.map(([name, value, moment]) => (moment === undefined ? '' : `, ${name} = ${value}`));
  const remove = moments.map(([name, , moment]) => (moment === undefined ? `, ${name}` : ''));
  return {
    // The version: whoever read the spent one gets no lease with it.
    UpdateExpression: `SET #sealed = :sealed, #shard = :shard, #version = #version + :one${set.join('')} REMOVE #unused${remove.join('')}`,
    ConditionExpression: '#lease.#attempt = :attempt',
    ExpressionAttributeNames: {
      ...{ '#sealed': 'sealed', '#unused': 'unused_until', '#lease': 'lease', '#attempt': 'attempt' },
      ...{ '#version': 'version', '#ends': 'ends_at', '#due': 'due_at', '#shard': 'due_shard' },
    },
    ExpressionAttributeValues: toItem({
      ...{ ':sealed': sealedAttribute(sealed), ':attempt': attempt, ':one': 1, ':shard': listOf(grant) },
      ...{ ':ends': endsAt, ':due': dueAt },
    }),
  };
}

/** One update that writes what came of asking and gives the lease back, under the condition that it is still held. */
function settling(
  grant: GrantId,
  {
    attempt,
    outcome,
    now,
  }: { readonly attempt: string; readonly outcome: FinalOutcome; readonly now: Instant },
): Change {
  const { set, remove } = changesOf(outcome, now);
  const written: PlainRecord = {
    ...{ settled: attempt, ttl: after(now, keptSeconds), due_shard: listOf(grant) },
    ...set,
  };
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

/** Where somebody asked meanwhile it is due at another moment, or not at all. */
function puttingOff({ from, to }: Parameters<Vault['putOff']>[1]): Change {
  return {
    UpdateExpression: 'SET #due = :to',
    ConditionExpression: '#due = :from',
    ExpressionAttributeNames: { '#due': 'due_at' },
    ExpressionAttributeValues: toItem({ ':from': from, ':to': to }),
  };
}

type FinalOutcome = Exclude<VaultOutcome, { readonly kind: 'rotated' }>;

function changesOf(
  outcome: FinalOutcome,
  now: Instant,
): { readonly set: PlainRecord; readonly remove: readonly string[] } {
  switch (outcome.kind) {
    case 'stands': {
      const { groups, sealed, endsAt, dueAt } = outcome;
      const moments = { stood_at: now, ends_at: endsAt, due_at: dueAt };
      const set = { ...moments, groups, sealed: sealed && sealedAttribute(sealed) };
      const untold = [
        ...(groups === undefined ? ['groups'] : []),
        ...(endsAt === undefined ? ['ends_at'] : []),
        ...(dueAt === undefined ? ['due_at'] : []),
      ];
      return { set, remove: ['failed_at', ...untold] };
    }
    case 'ended':
      // The token is good for nothing any more.
      return {
        set: { ended: { reason: outcome.reason, at: now } },
        remove: ['sealed', 'ends_at', 'due_at', 'groups', 'failed_at', 'derived'],
      };
    case 'derived':
      return { set: { derived: derivedAttribute(outcome.derived) }, remove: ['failed_at'] };
    case 'failed': {
      const { sealed, endsAt, dueAt } = outcome;
      const moments = { failed_at: now, ends_at: endsAt, due_at: dueAt };
      const set = { ...moments, sealed: sealed && sealedAttribute(sealed) };
      return { set, remove: [] };
    }
  }
}
