import { refuse, type Result } from '../../runtime/result.ts';

/** What is wrong with an exchange, and as which error it is told; a detail may follow. */
const faults = {
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

export function exchangeRefused(why: ExchangeFault, detail?: string): Result<never, ExchangeRefusal> {
  const [error, text] = faults[why];
  const description = detail === undefined ? text : `${text}: ${detail}`;
  return refuse({ reason: 'exchange_refused', why, error, description });
}

/** Of a token that cannot be taken; `detail` goes on after "the subject_token …" and says nothing of what is registered here. */
export function subjectRefused(why: string, detail: string): Result<never, ExchangeRefusal> {
  // RFC 8693: a subject token that is invalid for any reason makes the request invalid.
  const description = `the subject_token ${detail}`;
  return refuse({ reason: 'exchange_refused', why, error: 'invalid_request', description });
}
