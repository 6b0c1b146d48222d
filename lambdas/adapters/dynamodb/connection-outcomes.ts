import type { ConnectionBinding, ConnectionOutcome, KeptTokens } from '../../ports/connections.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { type PlainRecord, toItem } from './attributes.ts';
import { type Change, namesOf } from './connection-changes.ts';
import { tokenAttributes } from './connection-codec.ts';

/** How long it is told that somebody has to connect it again. Seconds. */
const lostSeconds = 400 * 24 * 60 * 60;

/** `revoking`: by a lease that was taken to revoke it. */
export type SettledAs = 'active' | 'disconnecting' | 'revoking';

export interface Settlement {
  readonly attempt: string;
  readonly outcome: ConnectionOutcome;
  readonly now: Instant;
}

/** One update that writes what came of asking and gives the lease back, under the condition that it is still held. */
export function settling(
  { connection }: ConnectionBinding,
  { attempt, outcome, now }: Settlement,
  asWhat: SettledAs,
): Change {
  const { set, remove } =
    asWhat === 'active' ? changesOf(outcome, now) : changesOfDisconnecting(outcome, now, asWhat);
  const written: PlainRecord = { ...set, settled: attempt };
  const names = Object.keys(written).filter((name) => written[name] !== undefined);
  const removed = ['lease', ...remove];
  const isCounted = asWhat === 'revoking' && outcome.kind === 'failed';
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} REMOVE ${removed.map((name) => `#${name}`).join(', ')} ADD #version :one${isCounted ? ', #failures :one' : ''}`,
    ConditionExpression: '#connection = :connection AND #lease.#attempt = :settled AND #state = :before',
    ExpressionAttributeNames: namesOf([
      ...[...names, ...removed, 'version', 'connection', 'attempt', 'state'],
      ...(isCounted ? ['failures'] : []),
    ]),
    ExpressionAttributeValues: toItem({
      ...Object.fromEntries(names.map((name) => [`:${name}`, written[name]])),
      ...{ ':one': 1, ':connection': connection },
      ':before': asWhat === 'active' ? 'active' : 'disconnecting',
    }),
  };
}

interface Writing {
  readonly set: PlainRecord;
  readonly remove: readonly string[];
}

const ofTokens = ['access', 'access_until', 'grant'] as const;

function changesOf(outcome: ConnectionOutcome, now: Instant): Writing {
  switch (outcome.kind) {
    case 'renewed': {
      const { set, remove } = keeping(outcome.tokens);
      const { dueAt } = outcome.tokens;
      return {
        set: { ...set, due_at: dueAt },
        remove: [...remove, 'failed_at', ...(dueAt === undefined ? ['due_at'] : [])],
      };
    }
    case 'interaction_required':
      return {
        set: { state: 'interaction_required', reason: outcome.reason, ttl: after(now, lostSeconds) },
        remove: [...ofTokens, 'due_at', 'failed_at', 'not_before', 'paused_until'],
      };
    case 'failed':
      return failing(outcome, now);
  }
}

/** It stays due, and what it is: who renewed it brings what is to be revoked, and who could not revoke it tells when it is asked again. */
function changesOfDisconnecting(
  outcome: ConnectionOutcome,
  now: Instant,
  asWhat: Exclude<SettledAs, 'active'>,
): Writing {
  switch (outcome.kind) {
    case 'renewed':
      return keeping(outcome.tokens);
    case 'interaction_required':
      return { set: { reason: outcome.reason }, remove: ofTokens };
    case 'failed':
      return asWhat === 'revoking' ? failing(outcome, now) : { set: {}, remove: [] };
  }
}

function failing(
  { dueAt, notBefore }: Extract<ConnectionOutcome, { readonly kind: 'failed' }>,
  now: Instant,
): Writing {
  return {
    set: { failed_at: now, due_at: dueAt, not_before: notBefore },
    remove: notBefore === undefined ? ['not_before'] : [],
  };
}

function keeping(tokens: KeptTokens): Writing {
  const set = tokenAttributes(tokens);
  return { set, remove: [...ofTokens.filter((name) => set[name] === undefined), 'not_before'] };
}
