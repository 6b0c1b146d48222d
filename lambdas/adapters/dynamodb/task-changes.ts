import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { DueTask, TaskEnd, TaskLease, TaskOutcome } from '../../ports/tasks.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { TaskId } from '../../runtime/identifiers.ts';
import { type PlainRecord, toItem } from './attributes.ts';
import { deliveredAttribute, dueAttributes, endAttribute, failureAttribute, sweepAt } from './task-codec.ts';

export type Change = Required<
  Pick<
    UpdateItemCommandInput,
    'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >
>;

/** At most so many a task may have, those that are over among them. */
const mostChildren = 64;

const goesOn = 'attribute_exists(pk) AND attribute_not_exists(#ended)';

export function adopting(child: TaskId): Change {
  return {
    UpdateExpression: 'SET #children = list_append(#children, :added)',
    ConditionExpression: `${goesOn} AND size(#children) < :most AND NOT contains(#children, :child)`,
    ExpressionAttributeNames: { '#children': 'children', '#ended': 'ended' },
    ExpressionAttributeValues: toItem({ ':added': [child], ':child': child, ':most': mostChildren }),
  };
}

/** It touches nothing that a refresher writes. */
export function beating(at: Instant): Change {
  return {
    UpdateExpression: 'SET #beat = :at',
    ConditionExpression: `${goesOn} AND #beat < :at`,
    ExpressionAttributeNames: { '#beat': 'last_heartbeat_at', '#ended': 'ended' },
    ExpressionAttributeValues: toItem({ ':at': at }),
  };
}

export function extending({ from, to }: { readonly from: Instant; readonly to: Instant }): Change {
  return {
    UpdateExpression: 'SET #ceiling = :to, #ttl = :ttl REMOVE #warned',
    ConditionExpression: `${goesOn} AND #ceiling = :from`,
    ExpressionAttributeNames: {
      ...{ '#ceiling': 'ceiling', '#ttl': 'ttl', '#warned': 'warned_at', '#ended': 'ended' },
    },
    ExpressionAttributeValues: toItem({ ':from': from, ':to': to, ':ttl': sweepAt(to) }),
  };
}

/** The lease stays: who works on the task finds out when they settle, and nobody works beside them. */
export function ending(id: TaskId, end: TaskEnd, requestId: string): Change {
  const { due_shard: shard } = dueAttributes(id, end.at);
  return {
    UpdateExpression: 'SET #ended = :ended, #shard = :shard, #due = :at, #ttl = :ttl',
    ConditionExpression: goesOn,
    ExpressionAttributeNames: {
      ...{ '#ended': 'ended', '#shard': 'due_shard', '#due': 'due_at', '#ttl': 'ttl' },
    },
    ExpressionAttributeValues: toItem({
      ':ended': { ...endAttribute(end), request_id: requestId },
      ...{ ':shard': shard, ':at': end.at, ':ttl': sweepAt(end.at) },
    }),
  };
}

/** Where somebody has looked at it since the index was read, it is due at another time, or at none. */
export function leasing({ dueAt }: Pick<DueTask, 'dueAt'>, lease: TaskLease, now: Instant): Change {
  return {
    UpdateExpression: 'SET #lease = :lease, #version = #version + :one',
    ConditionExpression: '#due = :due AND (attribute_not_exists(#lease) OR #lease.#until <= :now)',
    ExpressionAttributeNames: {
      ...{ '#lease': 'lease', '#until': 'until', '#version': 'version', '#due': 'due_at' },
    },
    ExpressionAttributeValues: toItem({
      ...{ ':lease': { attempt: lease.attempt, until: lease.until }, ':one': 1 },
      ...{ ':due': dueAt, ':now': now },
    }),
  };
}

/** One update that writes what came of looking and gives the lease back, under the condition that it is still held. */
export function settling(attempt: string, outcome: TaskOutcome): Change {
  const { set, remove } = changesOf(outcome);
  const written: PlainRecord = { settled: attempt, ...set };
  const names = Object.keys(written).filter((name) => written[name] !== undefined);
  const removed = ['lease', ...remove];
  const ends = outcome.kind === 'tidied' ? 'attribute_exists(#ended)' : 'attribute_not_exists(#ended)';
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} REMOVE ${removed.map((name) => `#${name}`).join(', ')}`,
    ConditionExpression: `#lease.#attempt = :settled AND ${ends}`,
    ExpressionAttributeNames: Object.fromEntries(
      [...names, ...removed, 'attempt', 'ended'].map((name) => [`#${name}`, name]),
    ),
    ExpressionAttributeValues: toItem(Object.fromEntries(names.map((name) => [`:${name}`, written[name]]))),
  };
}

/** Nothing of what came of it fits the task as it is now. */
export function givingBack(attempt: string): Change {
  return {
    UpdateExpression: 'REMOVE #lease',
    ConditionExpression: '#lease.#attempt = :attempt',
    ExpressionAttributeNames: { '#lease': 'lease', '#attempt': 'attempt' },
    ExpressionAttributeValues: toItem({ ':attempt': attempt }),
  };
}

interface Changes {
  readonly set: PlainRecord;
  readonly remove: readonly string[];
}

function changesOf(outcome: TaskOutcome): Changes {
  switch (outcome.kind) {
    case 'renewed': {
      const { confirmedAt, roles, askBy, goodUntil, dueAt, delivered, warnedAt, failure } = outcome;
      return {
        set: {
          ...{ confirmed_at: confirmedAt, roles, good_until: goodUntil, due_at: dueAt, warned_at: warnedAt },
          ask_by: askBy,
          delivered: delivered && deliveredAttribute(delivered),
          failure: failure && failureAttribute(failure),
        },
        remove: [...(failure === undefined ? ['failure'] : []), ...(askBy === undefined ? ['ask_by'] : [])],
      };
    }
    case 'failed': {
      const { dueAt, failure, delivered, warnedAt } = outcome;
      return {
        set: {
          ...{ due_at: dueAt, failure: failureAttribute(failure), warned_at: warnedAt },
          delivered: delivered && deliveredAttribute(delivered),
        },
        remove: [],
      };
    }
    case 'tidied':
      return { set: {}, remove: ['due_shard', 'due_at'] };
  }
}
