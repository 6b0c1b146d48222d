import type { TaskEnd } from '../../ports/tasks.ts';
import type { TaskId } from '../../runtime/identifiers.ts';
import { refuse, type Result } from '../../runtime/result.ts';
import type { WireError } from '../refusal.ts';

/** What is wrong with what is asked of a task, and as which error it is told; a detail may follow. */
const faults = {
  tasks_not_allowed: ['unauthorized_client', 'the agent of the client opens no tasks: give it tasks'],
  purpose_missing: ['invalid_request', 'purpose is missing: say in a few words what the task does'],
  purpose_not_acceptable: [
    'invalid_request',
    'the purpose must be words for people: 1 to 256 characters on one line',
  ],
  seconds_not_acceptable: [
    'invalid_request',
    'a whole number of seconds is written in digits alone, from 60 on, in',
  ],
  too_many_resources: ['invalid_target', 'a task is for 10 resources at most'],
  resource_without_scope: ['invalid_scope', 'of the scope that is asked for there is nothing at'],
  ceiling_above_policy: ['invalid_request', 'the ceiling is later than it may be; seconds from now at most'],
  ceiling_passed: [
    'invalid_request',
    'an extension ends later than the task ends already, which has seconds left',
  ],
  ceiling_moved: [
    'invalid_request',
    'the ceiling was moved by another request: ask for the status, and again',
  ],
  ceiling_missing: ['invalid_request', 'ceiling is missing: say in how many seconds the task is to end'],
  extension_not_allowed: [
    'unauthorized_client',
    'the tasks of the agent are not extended: give it extension',
  ],
  delivery_unknown: ['invalid_request', 'the delivery is not supported; it can be'],
  secret_missing: ['invalid_request', 'secret_arn and the delivery secret come together'],
  secret_not_allowed: [
    'invalid_request',
    'tokens of the agent are not put into that secret: name it in secrets of its tasks',
  ],
  secret_of_several: ['invalid_target', 'the delivery secret is for one resource: name one'],
  secret_of_api: [
    'invalid_target',
    'tokens of an API behind an identity provider are put into no secret: take the delivery pull',
  ],
  secret_of_third_party: [
    'invalid_target',
    'tokens for a third party are put into no secret: take the delivery pull',
  ],
  secret_of_key: [
    'invalid_request',
    'a token in a secret is used by whoever reads it: the client gets none that is not bound to a key',
  ],
  secret_of_short_tokens: [
    'invalid_request',
    'a secret changes every 10 minutes at most: tokens of this deployment would have to live for more minutes, at least',
  ],
  subject_token_alone: ['invalid_request', 'subject_token and subject_token_type come together'],
  subject_token_type_unknown: ['invalid_request', 'the subject_token_type is not supported; it can be'],
  several_bases: ['invalid_request', 'a task below another works as that one does: leave subject_token out'],
  too_deep: ['invalid_request', 'three tasks are above the new one at most'],
  too_many_children: ['invalid_request', 'a task has 64 children at most, those that are over among them'],
  handle_missing: [
    'invalid_request',
    'the handle is missing: send it as handle in the form, in Vestibule-Task-Handle, or as DPoP in Authorization',
  ],
  several_handles: ['invalid_request', 'send one handle, in one place'],
} as const satisfies Readonly<Record<string, readonly [error: TaskError, description: string]>>;

type TaskError =
  'invalid_request' | 'invalid_target' | 'invalid_scope' | 'invalid_grant' | 'unauthorized_client';

export type TaskFault = keyof typeof faults;

/** Why nothing is done about a task. */
export type TaskRefusal =
  | {
      readonly reason: 'task_refused';
      /** For the audit trail. */
      readonly why: string;
      readonly error: TaskError;
      readonly description: string;
    }
  /** A handle that counts for nothing here: a stranger learns nothing of the task, which goes on. */
  | { readonly reason: 'task_handle_refused'; readonly why: HandleFault; readonly taskId?: TaskId }
  /** The owner of the handle is told why there is nothing to be had any more. */
  | { readonly reason: 'task_over'; readonly taskId: TaskId; readonly end: TaskEnd }
  /** Nobody can tell at the moment whether the task goes on. */
  | { readonly reason: 'task_unsettled'; readonly taskId: TaskId; readonly retryAfterSeconds: number };

/** `other_…`: the handle is right, and somebody else than its client has it. */
export type HandleFault = 'unknown' | 'other_client' | 'other_key' | 'other_certificate';

export function taskRefused(
  why: TaskFault,
  detail?: string | number,
): Result<never, Extract<TaskRefusal, { readonly reason: 'task_refused' }>> {
  const [error, text] = faults[why];
  const description = detail === undefined ? text : `${text}: ${detail}`;
  return refuse({ reason: 'task_refused', why, error, description });
}

const reasonWords: Readonly<Record<TaskEnd['reason'], string>> = {
  completed: 'it was completed',
  ceiling_reached: 'it has reached its ceiling',
  heartbeat_lost: 'nothing was heard of it for longer than its heartbeat_interval',
  revoked: 'it was revoked',
  grant_ended_upstream: 'the identity provider says that the person may not go on',
  agent_disabled: 'its agent or its client is disabled',
  idp_unreachable: 'the identity provider could not be asked for too long',
  policy: 'policy gives it nothing any more',
};

/** The error of each. */
export const taskErrors = {
  task_refused: taskError,
  task_handle_refused: taskError,
  task_over: taskError,
  task_unsettled: taskError,
};

function taskError(refusal: TaskRefusal): WireError {
  switch (refusal.reason) {
    case 'task_refused':
      return { status: 400, error: refusal.error, description: refusal.description };
    case 'task_handle_refused':
      // Whose handle it is, or whether it is one at all, is told to nobody.
      return {
        ...{ status: 400, error: 'invalid_grant' },
        description: 'the handle is unknown, or of another client or key',
      };
    case 'task_over':
      return {
        ...{ status: 400, error: 'invalid_grant', description: inWords(refusal.end) },
        members: { task_end: taskEndMember(refusal.end) },
      };
    case 'task_unsettled': {
      const { retryAfterSeconds: retryAfter } = refusal;
      return {
        ...{ status: 503, error: 'temporarily_unavailable', retryAfter },
        description: `nobody can tell now whether the task may go on; try again in ${retryAfter} s`,
      };
    }
  }
}

/** For whoever runs the agent. */
function inWords({ reason, of }: TaskEnd): string {
  return `the task is over: ${of === undefined ? '' : 'of a task above it, '}${reasonWords[reason]}`;
}

/** The same for programs. */
export function taskEndMember({ at, reason, detail, of }: TaskEnd): Readonly<Record<string, unknown>> {
  return { reason, at, ...(detail !== undefined && { detail }), ...(of !== undefined && { of }) };
}
