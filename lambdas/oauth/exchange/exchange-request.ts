import { ok, type Result } from '../../runtime/result.ts';
import type { Parameters } from '../parameters.ts';
import { type ExchangeRefusal, exchangeRefused } from './refusal.ts';
import { accessTokenType, jwtType } from './token-types.ts';

/** A token of a request, as it was sent, and what its sender says it is. */
export interface SentToken {
  readonly token: string;
  readonly type: string;
}

/** As what the new token is wanted. */
export type RequestedType = typeof accessTokenType | typeof jwtType;

export interface ExchangeRequest {
  readonly subject: SentToken;
  readonly requestedType: RequestedType;
  readonly resources: readonly string[];
  readonly audience: string | undefined;
  readonly scope: string | undefined;
}

export const exchangeParameters = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'resource',
  'audience',
  'scope',
];

const requestedTypes: readonly string[] = [accessTokenType, jwtType];

/** RFC 8693 §2.1. */
export function readExchangeRequest({
  values,
  resources,
}: Parameters): Result<ExchangeRequest, ExchangeRefusal> {
  const [token, type] = [values.get('subject_token'), values.get('subject_token_type')];
  if (token === undefined) return exchangeRefused('subject_token_missing');
  if (type === undefined) return exchangeRefused('subject_token_type_missing');
  // RFC 8693 §2.1: who acts is who proves itself to this endpoint.
  if (values.has('actor_token') || values.has('actor_token_type')) return exchangeRefused('actor_token_sent');
  const requestedType = values.get('requested_token_type') ?? accessTokenType;
  if (!isRequestedType(requestedType)) {
    return exchangeRefused('requested_token_type_unknown', requestedTypes.join(' '));
  }
  const asked = { audience: values.get('audience'), scope: values.get('scope'), resources };
  return ok({ subject: { token, type }, requestedType, ...asked });
}

function isRequestedType(text: string): text is RequestedType {
  return requestedTypes.includes(text);
}
