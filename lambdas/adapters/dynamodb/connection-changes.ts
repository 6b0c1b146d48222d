import type {
  DeleteItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Connection, ConnectionBinding, Connections } from '../../ports/connections.ts';
import type { VaultLease } from '../../ports/vault.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { ConnectionId } from '../../runtime/identifiers.ts';
import { toItem } from './attributes.ts';
import { holderAttribute, madeForAttribute, tokenAttributes } from './connection-codec.ts';
import { dueShardOf } from './due-shard.ts';
import { keyOf } from './keys.ts';

export type Change = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** The list of the index that it is in, if it is due at all. */
function listOf(connection: ConnectionId): string {
  return keyOf.dueConnections(dueShardOf(connection));
}

export function connecting(
  { attempt, replaces, agents, connectedBy, dueAt, ...connection }: Parameters<Connections['connect']>[0],
  now: Instant,
): Pick<
  PutItemCommandInput,
  'Item' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const Item = toItem({
    ...{ pk: keyOf.connection(connection), provider: connection.provider },
    ...{ holder: holderAttribute(connection.holder), connection: connection.connection },
    ...{ version: (replaces?.version ?? 0) + 1, state: 'active', attempt },
    ...{ connected_at: now, connected_by: connectedBy },
    made_for: madeForAttribute(connection.madeFor),
    agents: agents.map(({ agent, scopes }) => ({ agent, scopes })),
    ...tokenAttributes(connection),
    ...{ due_at: dueAt, due_shard: listOf(connection.connection) },
  });
  if (replaces === undefined) return { Item, ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    Item,
    ConditionExpression: '#connection = :connection AND #version = :version AND #state <> :disconnecting',
    ExpressionAttributeNames: namesOf(['connection', 'version', 'state']),
    ExpressionAttributeValues: toItem({
      ...{ ':connection': replaces.connection, ':version': replaces.version },
      ':disconnecting': 'disconnecting',
    }),
  };
}

/**
 * The version: who read before another one brought tokens would send a spent one. The lease that was seen: one that ran out
 * without a word tells that something was sent, and whoever takes the next one has to know that.
 */
export function leasing(
  { connection, version, state, lease: seen }: Connection,
  lease: VaultLease,
  now: Instant,
): Change {
  const isOver =
    seen === undefined ? 'attribute_not_exists(#lease)' : '#lease.#attempt = :seen AND #lease.#until <= :now';
  return {
    UpdateExpression: 'SET #lease = :lease',
    ConditionExpression: `#connection = :connection AND #version = :version AND #state <> :lost AND ${isOver}`,
    ExpressionAttributeNames: namesOf([
      ...['lease', 'connection', 'version', 'state'],
      ...(seen === undefined ? [] : ['attempt', 'until']),
    ]),
    ExpressionAttributeValues: toItem({
      // With the version its state is that which was read.
      ':lease': { ...lease, ...(state === 'disconnecting' && { revoking: true }) },
      ...{ ':connection': connection, ':version': version, ':lost': 'interaction_required' },
      ...(seen !== undefined && { ':seen': seen.attempt, ':now': now }),
    }),
  };
}

/** Done again, it finds the same, so that a lost reply needs no mark. */
export function pausing({ connection }: ConnectionBinding, until: Instant): Change {
  return {
    UpdateExpression: 'SET #paused_until = :until',
    ConditionExpression:
      '#connection = :connection AND (attribute_not_exists(#paused_until) OR #paused_until < :until)',
    ExpressionAttributeNames: namesOf(['connection', 'paused_until']),
    ExpressionAttributeValues: toItem({ ':connection': connection, ':until': until }),
  };
}

/**
 * Whoever renews it keeps the lease: what they bring has to be revoked. What the provider says of being asked for tokens holds up no
 * end of them.
 */
export function disconnecting({ connection }: ConnectionBinding, now: Instant): Change {
  return {
    UpdateExpression:
      'SET #state = :disconnecting, #due_at = :now, #due_shard = :list REMOVE #failed_at, #not_before, #ttl ADD #version :one',
    ConditionExpression: '#connection = :connection AND #state <> :disconnecting',
    ExpressionAttributeNames: namesOf([
      ...['connection', 'state', 'due_at', 'due_shard'],
      ...['failed_at', 'not_before', 'ttl', 'version'],
    ]),
    ExpressionAttributeValues: toItem({
      ...{ ':connection': connection, ':disconnecting': 'disconnecting', ':now': now, ':one': 1 },
      ':list': listOf(connection),
    }),
  };
}

export function removing(
  { connection }: ConnectionBinding,
  attempt: string,
): Pick<
  DeleteItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  return {
    ConditionExpression:
      '#connection = :connection AND #state = :disconnecting AND #lease.#attempt = :attempt',
    ExpressionAttributeNames: namesOf(['connection', 'state', 'lease', 'attempt']),
    ExpressionAttributeValues: toItem({
      ...{ ':connection': connection, ':disconnecting': 'disconnecting', ':attempt': attempt },
    }),
  };
}

export function namesOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}
