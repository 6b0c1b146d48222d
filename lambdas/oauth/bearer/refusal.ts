import type { ForeignFault } from '../../ports/trust-anchors.ts';
import { refuse, type Result } from '../../runtime/result.ts';

/** What is wrong with a request that presents an assertion, and as which error it is told; a detail may follow. */
const faults = {
  assertion_missing: ['invalid_request', 'assertion is missing'],
  grant_assertion_replayed: [
    'invalid_grant',
    'the assertion was used before; get another one for each token',
  ],
  client_not_bound_to_issuer: ['unauthorized_client', 'the client may not present assertions of that issuer'],
  resource_not_asserted: ['invalid_target', 'the resource is none that the assertion is for'],
  scope_not_asserted: ['invalid_scope', 'of what was asked nothing is left; the assertion gives'],
} as const satisfies Readonly<Record<string, readonly [error: BearerError, description: string]>>;

type BearerError =
  'invalid_request' | 'invalid_grant' | 'invalid_target' | 'invalid_scope' | 'unauthorized_client';

/** What is wrong with an assertion itself. */
type AssertionFault =
  | ForeignFault
  | 'of_our_own'
  | 'of_another_client'
  | 'not_understood'
  | 'key_not_proven'
  | 'token_not_bound'
  | 'resource_not_covered'
  | 'person_not_linked';

/** Why an assertion gives no token (RFC 7523 §3.1). */
export interface BearerRefusal {
  readonly reason: 'assertion_refused';
  /** For the audit trail. */
  readonly why: string;
  readonly error: BearerError;
  readonly description: string;
}

export function bearerRefused(why: keyof typeof faults, detail?: string): Result<never, BearerRefusal> {
  const [error, text] = faults[why];
  const description = detail === undefined ? text : `${text}: ${detail}`;
  return refuse({ reason: 'assertion_refused', why, error, description });
}

/** Of an assertion that cannot be taken; `detail` goes on after "the assertion …" and says nothing of what is registered here. */
export function assertionRefused(why: AssertionFault, detail: string): Result<never, BearerRefusal> {
  const description = `the assertion ${detail}`;
  return refuse({ reason: 'assertion_refused', why, error: 'invalid_grant', description });
}
