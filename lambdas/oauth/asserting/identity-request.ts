import { ok, type Result } from '../../runtime/result.ts';
import type { ExchangeRefusal } from '../exchange/refusal.ts';
import { idTokenType, refreshTokenType } from '../exchange/token-types.ts';
import type { Parameters } from '../parameters.ts';
import { notAsserted } from './refusal.ts';

/** `requested_token_type` and `issued_token_type` of an ID-JAG. */
export const idJagTokenType = 'urn:ietf:params:oauth:token-type:id-jag';

/** A client that wants somebody else to know who a person is. */
export interface IdentityRequest {
  readonly subject: { readonly token: string; readonly kind: 'id_token' | 'refresh_token' };
  readonly audience: string;
  readonly resources: readonly string[];
  readonly scope: string | undefined;
}

export const identityParameters = [
  ...['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type'],
  ...['resource', 'audience', 'scope'],
];

export function readIdentityRequest({
  values,
  resources,
}: Parameters): Result<IdentityRequest, ExchangeRefusal> {
  const [token, type] = [values.get('subject_token'), values.get('subject_token_type')];
  if (token === undefined || type === undefined) return notAsserted('subject_token_missing');
  if (values.has('actor_token') || values.has('actor_token_type')) return notAsserted('actor_token_sent');
  const kind = kindOf(type);
  if (kind === undefined) {
    return notAsserted('subject_token_type_unknown', `${idTokenType} ${refreshTokenType}`);
  }
  const audience = values.get('audience');
  if (audience === undefined) return notAsserted('audience_missing');
  return ok({ subject: { token, kind }, audience, resources, scope: values.get('scope') });
}

function kindOf(type: string): IdentityRequest['subject']['kind'] | undefined {
  if (type === idTokenType) return 'id_token';
  return type === refreshTokenType ? 'refresh_token' : undefined;
}
