import { ok, type Result } from '../../runtime/result.ts';
import type { Parameters } from '../parameters.ts';
import { type ExchangeRefusal, exchangeRefused } from './refusal.ts';
import { accessTokenType, idTokenType, jwtType, providerTokenType, refreshTokenType } from './token-types.ts';

/** A token of a request, as it was sent, and what its sender says it is. */
export interface SentToken {
  readonly token: string;
  readonly type: string;
}

/** As what the new token is wanted. */
const requestedTypes = [accessTokenType, jwtType, refreshTokenType, idTokenType, providerTokenType] as const;
export type RequestedType = (typeof requestedTypes)[number];

/** Those that tell of a person, or go on for one. */
export function isOfPeople(type: RequestedType): boolean {
  return type === refreshTokenType || type === idTokenType;
}

export interface ExchangeRequest {
  readonly subject: SentToken;
  /** What is to show who acts, beside the authentication of the client. */
  readonly actor?: SentToken;
  readonly requestedType: RequestedType;
  readonly resources: readonly string[];
  readonly audience: string | undefined;
  readonly scope: string | undefined;
  /** RFC 9396 §2: as it was sent, of a token of a third party itself. */
  readonly authorizationDetails?: string;
  /** Not of the form: what a refresh token would be given for is itself a task below that of the subject token, and ends with it. */
  readonly forTask?: true;
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
  'authorization_details',
];

/** RFC 8693 §2.1. */
export function readExchangeRequest({
  values,
  resources,
}: Parameters): Result<ExchangeRequest, ExchangeRefusal> {
  const [token, type] = [values.get('subject_token'), values.get('subject_token_type')];
  if (token === undefined) return exchangeRefused('subject_token_missing');
  if (type === undefined) return exchangeRefused('subject_token_type_missing');
  const actor = sentActor(values);
  if (!actor.ok) return actor;
  const requestedType = values.get('requested_token_type') ?? accessTokenType;
  if (!isRequestedType(requestedType)) {
    return exchangeRefused('requested_token_type_unknown', requestedTypes.join(' '));
  }
  const authorizationDetails = values.get('authorization_details');
  if (authorizationDetails !== undefined && requestedType !== providerTokenType) {
    return exchangeRefused('authorization_details_not_taken');
  }
  const asked = { audience: values.get('audience'), scope: values.get('scope'), resources };
  return ok({
    subject: { token, type },
    ...(actor.value && { actor: actor.value }),
    requestedType,
    ...asked,
    ...(authorizationDetails !== undefined && { authorizationDetails }),
  });
}

function sentActor(values: Parameters['values']): Result<SentToken | undefined, ExchangeRefusal> {
  const [token, type] = [values.get('actor_token'), values.get('actor_token_type')];
  if (token === undefined && type === undefined) return ok(undefined);
  // RFC 8693 §2.1: the one must not be there without the other.
  return token === undefined || type === undefined
    ? exchangeRefused('actor_token_missing')
    : ok({ token, type });
}

function isRequestedType(text: string): text is RequestedType {
  return requestedTypes.some((type) => type === text);
}
