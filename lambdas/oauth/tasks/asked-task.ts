import { ok, type Result } from '../../runtime/result.ts';
import type { Parameters } from '../parameters.ts';
import { accessTokenType, refreshTokenType } from '../exchange/token-types.ts';
import { type TaskRefusal, taskRefused } from './refusal.ts';

/** As what a person may be named for whom a task works. */
const subjectTypes = [refreshTokenType, accessTokenType] as const;
const deliveries = ['pull', 'events', 'secret'] as const;

/** What a client wants a task to be. */
export interface AskedTask {
  readonly purpose: string;
  readonly resources: readonly string[];
  readonly scope: string | undefined;
  /** Seconds from now. */
  readonly ceiling: number | undefined;
  /** Seconds. */
  readonly heartbeat: number | undefined;
  readonly delivery: AskedDelivery;
  readonly basis: AskedBasis;
}

export type AskedDelivery =
  { readonly kind: 'pull' | 'events' } | { readonly kind: 'secret'; readonly secretArn: string };

/** In whose name: the agent's own, that of a person by a token of theirs, or as the task above it does. */
export type AskedBasis =
  | { readonly kind: 'agent' }
  | { readonly kind: 'person'; readonly token: string; readonly type: (typeof subjectTypes)[number] }
  | { readonly kind: 'parent'; readonly handle: string };

export function readAskedTask({ values, resources }: Parameters): Result<AskedTask, TaskRefusal> {
  const purpose = readPurpose(values.get('purpose'));
  if (!purpose.ok) return purpose;
  const ceiling = readSeconds(values, 'ceiling');
  if (!ceiling.ok) return ceiling;
  const heartbeat = readSeconds(values, 'heartbeat_interval');
  if (!heartbeat.ok) return heartbeat;
  const delivery = readDelivery(values);
  if (!delivery.ok) return delivery;
  const basis = readBasis(values);
  if (!basis.ok) return basis;
  return ok({
    ...{ purpose: purpose.value, resources, scope: values.get('scope') },
    ...{ ceiling: ceiling.value, heartbeat: heartbeat.value },
    ...{ delivery: delivery.value, basis: basis.value },
  });
}

function readPurpose(text: string | undefined): Result<string, TaskRefusal> {
  if (text === undefined) return taskRefused('purpose_missing');
  const isForPeople = text.trim() !== '' && text.length <= 256 && !/\p{Cc}|\p{Cs}/u.test(text);
  return isForPeople ? ok(text) : taskRefused('purpose_not_acceptable');
}

/** A minute at least, which is as often as tasks are looked at. No number is rounded, and none is longer than a calendar can hold. */
export function readSeconds(
  values: Parameters['values'],
  name: 'ceiling' | 'heartbeat_interval',
): Result<number | undefined, TaskRefusal> {
  const text = values.get(name);
  if (text === undefined) return ok(undefined);
  const seconds = /^[1-9]\d{1,8}$/.test(text) ? Number(text) : 0;
  return seconds >= 60 ? ok(seconds) : taskRefused('seconds_not_acceptable', name);
}

function readDelivery(values: Parameters['values']): Result<AskedDelivery, TaskRefusal> {
  const [kind = 'pull', secretArn] = [values.get('delivery'), values.get('secret_arn')];
  const known = deliveries.find((each) => each === kind);
  if (known === undefined) return taskRefused('delivery_unknown', deliveries.join(' '));
  if ((known === 'secret') !== (secretArn !== undefined)) return taskRefused('secret_missing');
  return known === 'secret' ? ok({ kind: known, secretArn: secretArn ?? '' }) : ok({ kind: known });
}

function readBasis(values: Parameters['values']): Result<AskedBasis, TaskRefusal> {
  const [token, type] = [values.get('subject_token'), values.get('subject_token_type')];
  const handle = values.get('parent_handle');
  if (token === undefined && type === undefined) {
    return ok(handle === undefined ? { kind: 'agent' } : { kind: 'parent', handle });
  }
  if (token === undefined || type === undefined) return taskRefused('subject_token_alone');
  if (handle !== undefined) return taskRefused('several_bases');
  const known = subjectTypes.find((each) => each === type);
  return known === undefined
    ? taskRefused('subject_token_type_unknown', subjectTypes.join(' '))
    : ok({ kind: 'person', token, type: known });
}
