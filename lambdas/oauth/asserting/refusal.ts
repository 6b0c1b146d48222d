import { refuse, type Result } from '../../runtime/result.ts';
import type { ExchangeRefusal } from '../exchange/refusal.ts';

/** Why nobody is told who a person is, and as which error it is told; a detail may follow. */
const faults = {
  audience_missing: [
    'invalid_request',
    'audience is missing: name the issuer of the authorization server that the ID-JAG is for',
  ],
  subject_token_missing: ['invalid_request', 'subject_token and subject_token_type are needed'],
  actor_token_sent: ['invalid_request', 'actor_token is not taken for an ID-JAG: leave it out'],
  subject_token_type_unknown: ['invalid_request', 'for an ID-JAG the subject_token_type is one of'],
  subject_token_not_acceptable: [
    'invalid_request',
    'the subject_token is no id_token of this server, or no key of ours verifies it',
  ],
  subject_token_of_another: [
    'invalid_request',
    'the subject_token was issued to another client than the one that presents it',
  ],
  subject_token_expired: [
    'invalid_request',
    'the subject_token is expired: get a new id_token, or present the refresh token',
  ],
  not_agreed: [
    'invalid_target',
    'the client gets no ID-JAG for that audience and resource, or not for people of that identity provider',
  ],
  scope_not_agreed: ['invalid_scope', 'of what was asked nothing is asserted there; it can be'],
} as const satisfies Readonly<
  Record<string, readonly [error: ExchangeRefusal['error'], description: string]>
>;

export function notAsserted(why: keyof typeof faults, detail?: string): Result<never, ExchangeRefusal> {
  const [error, text] = faults[why];
  const description = detail === undefined ? text : `${text}: ${detail}`;
  return refuse({ reason: 'exchange_refused', why, error, description });
}
