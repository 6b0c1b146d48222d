import type { GrantId } from '../../runtime/identifiers.ts';
import { refuse, type Result } from '../../runtime/result.ts';

/** What is wrong with an exchange, and as which error it is told; a detail may follow. */
const faults = {
  subject_token_missing: ['invalid_request', 'subject_token is missing'],
  subject_token_type_missing: ['invalid_request', 'subject_token_type is missing'],
  actor_token_missing: ['invalid_request', 'actor_token and actor_token_type come together'],
  actor_token_type_unknown: ['invalid_request', 'the actor_token_type is not supported; it can be'],
  actor_token_unknown: [
    'invalid_request',
    'the actor_token is neither an access token of this server nor an identity token of AWS STS',
  ],
  actor_token_not_own: [
    'invalid_request',
    'the actor_token is not the own token of an agent: get it by client_credentials',
  ],
  actor_token_of_another: [
    'invalid_request',
    'the actor_token is of another agent than the client: who acts is who authenticates to this endpoint',
  ],
  requested_token_type_unknown: ['invalid_request', 'the requested_token_type is not supported; it can be'],
  authorization_details_not_taken: [
    'invalid_request',
    'authorization_details narrow a token of a third party itself, which requested_token_type does not ask for: leave it out',
  ],
  refresh_not_delegated: [
    'invalid_request',
    'at that target the client gets access tokens alone: a refresh_token needs refreshTokens in onBehalfOf',
  ],
  refresh_not_granted: [
    'unauthorized_client',
    'the client is not registered for the grant refresh_token, by which it would use one',
  ],
  refresh_not_offline: [
    'invalid_request',
    'the person lets nobody go on while they are away: the client that sent the subject_token has no refresh_token itself',
  ],
  refresh_of_exchanged: [
    'invalid_request',
    'a refresh_token is given for what the client of a person sent, and the subject_token was exchanged itself: ask whoever sent it for a new one',
  ],
  refresh_of_task: [
    'invalid_request',
    'the subject_token is of a task, and ends with it: what goes on for longer is a task below that one',
  ],
  identity_of_client_alone: [
    'invalid_target',
    'an id_token is for the client that asks for it: leave resource out, and audience too, or name the client_id there',
  ],
  nobody_signed_in: [
    'invalid_request',
    'what is requested rests on a person who signed in here, and the subject_token is of nobody who did',
  ],
  nothing_delegated: [
    'unauthorized_client',
    "neither its agent nor its resource has onBehalfOf: the client may act in nobody else's name",
  ],
  server_disabled: ['unauthorized_client', 'the resource that the client is the server of is disabled'],
  subject_token_of_requester: [
    'invalid_request',
    'the subject_token was issued to the one that presents it: present what somebody else sent',
  ],
  not_the_audience: [
    'invalid_request',
    'the subject_token is for somebody else: only the one that it was sent to, its audience, may exchange it',
  ],
  may_not_act: [
    'invalid_request',
    'the subject_token names in may_act somebody else, who alone may exchange it',
  ],
  subject_kind_not_delegated: [
    'invalid_request',
    'at that target the client may not act in the name of such a subject: name its kind in subjects of onBehalfOf',
  ],
  person_suspended: ['invalid_request', 'the identity provider of the person is disabled here'],
  target_not_delegated: [
    'invalid_target',
    'the target is unknown, or not one at which the client may act in the name of others',
  ],
  target_opaque: [
    'invalid_request',
    'tokens for the target are opaque, and no JWT: leave requested_token_type out',
  ],
  person_unknown_at_api: [
    'invalid_target',
    'the API is behind an identity provider, and the subject_token is of nobody who signed in there',
  ],
  api_tokens_as_they_are: [
    'invalid_request',
    'tokens of the API are as its provider makes them: leave requested_token_type out',
  ],
  client_bound: [
    'invalid_target',
    'the tokens of the client are bound to a key of its own, and those of the API can not be: ask with another client',
  ],
  scope_not_held: [
    'invalid_scope',
    'the subject_token holds no scope from which one at the target is given, or its person holds none there',
  ],
  scope_not_delegated: ['invalid_scope', 'with the subject_token the client gets'],
  subject_token_type_unknown: ['invalid_request', 'the subject_token_type is not supported; it can be'],
  subject_token_unknown: [
    'invalid_request',
    'the subject_token is not of this server, nor of an issuer that it trusts with tokens of that subject_token_type',
  ],
  chain_loop: [
    'invalid_request',
    'the one that presents the subject_token has acted in its chain before: a chain goes through nobody twice',
  ],
  chain_too_deep: ['invalid_request', 'the chain of the subject_token would be longer than it may be here'],
} as const satisfies Readonly<Record<string, readonly [error: ExchangeError, description: string]>>;

export type ExchangeFault = keyof typeof faults;

type ExchangeError = 'invalid_request' | 'invalid_target' | 'invalid_scope' | 'unauthorized_client';

/** Why nothing was exchanged. */
export interface ExchangeRefusal {
  readonly reason: 'exchange_refused';
  /** For the audit trail. */
  readonly why: string;
  readonly error: ExchangeError;
  readonly description: string;
}

/** Of a grant that came of an exchange: what it rests on gives nothing at the moment. */
export interface NothingDelegatedNow {
  readonly reason: 'nothing_delegated_now';
  readonly grantId: GrantId;
  readonly why: string;
  readonly description: string;
}

export function exchangeRefused(why: ExchangeFault, detail?: string): Result<never, ExchangeRefusal> {
  const [error, text] = faults[why];
  const description = detail === undefined ? text : `${text}: ${detail}`;
  return refuse({ reason: 'exchange_refused', why, error, description });
}

/** Of a subject token that cannot be taken; `detail` goes on after "the subject_token …" and says nothing of what is registered here. */
export function subjectRefused(why: string, detail: string): Result<never, ExchangeRefusal> {
  const description = `the subject_token ${detail}`;
  return refuse({ reason: 'exchange_refused', why, error: 'invalid_request', description });
}

/** RFC 8693 §2.2.2: a subject or actor token that is invalid for any reason makes the request invalid. */
export function tokenRefused(
  part: 'subject' | 'actor',
  why: string,
  detail: string,
): Result<never, ExchangeRefusal> {
  const description = `the ${part}_token ${detail}`;
  return refuse({ reason: 'exchange_refused', why: `${part}_${why}`, error: 'invalid_request', description });
}

/** What ended a task is the business of its own client, and that it ended is everybody's. */
export function taskEnded(part: 'subject' | 'actor'): Result<never, ExchangeRefusal> {
  return tokenRefused(part, 'task_ended', 'counts no more: the task that it is of has ended');
}
