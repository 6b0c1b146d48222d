import type { Instant } from '../runtime/clock.ts';
import { type Members, isMembers } from './answer-members.ts';

/**
 * Why a third party gave nothing. `lost`: what was sent is good no more. `person`: it wants to see the person. `ours`: it does not
 * take our own credential. `failed`: neither, and the same may be sent again.
 */
export interface ThirdPartyRefusal {
  readonly kind: 'lost' | 'person' | 'ours' | 'failed';
  /** Its error code, if it is one that can be told; or one of ours. Nothing else of its answer is told. */
  readonly error: string;
  /** Of `failed`: until then it wants to be left alone. */
  readonly notBefore?: Instant;
}

/** What some say of a refresh token or a code in place of `invalid_grant` (RFC 6749 §5.2). */
const lost: ReadonlySet<string> = new Set([
  ...['invalid_grant', 'bad_refresh_token', 'bad_verification_code'],
  // https://docs.slack.dev/reference/methods/oauth.v2.access
  ...['invalid_refresh_token', 'token_revoked', 'token_expired', 'account_inactive', 'invalid_code'],
  ...['code_already_used', 'org_login_required', 'user_removed_from_team'],
  // https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
  ...['inactive_user', 'inactive_org'],
]);

/** OIDC Core §3.1.2.6, which some answer at the token endpoint too. */
const ofPeople: ReadonlySet<string> = new Set([
  ...['interaction_required', 'login_required', 'consent_required', 'account_selection_required'],
]);

/** Ours to mend: the person can do nothing about it. */
const ofOurs: ReadonlySet<string> = new Set([
  ...['invalid_client', 'incorrect_client_credentials', 'bad_client_secret', 'invalid_client_id'],
]);

/** Entra: a second factor is wanted. https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const wantsFactor = /\bAADSTS500(?:76|79)\b/;

/** What an answer refuses, by its members. */
export function refusalIn(status: number, members: Members): ThirdPartyRefusal {
  const error = errorIn(members) ?? (status === 401 ? 'invalid_client' : undefined);
  if (status >= 500 || status === 429) return { kind: 'failed', error: `status_${status}` };
  if (error === undefined) return { kind: 'failed', error: status < 400 ? 'no_token' : `status_${status}` };
  const kind = kindOf(error, status, members);
  return { kind, error: kind === 'person' && !ofPeople.has(error) ? 'interaction_required' : error };
}

/** Why a connection was lost that may be one at the third party still: nobody said that it is none. */
export function mayLiveOn(reason: string | undefined): boolean {
  return reason === 'answer_lost' || (reason !== undefined && ofPeople.has(reason));
}

function kindOf(error: string, status: number, members: Members): ThirdPartyRefusal['kind'] {
  const described = members['error_description'];
  const words = typeof described === 'string' ? described : '';
  if (ofPeople.has(error)) return 'person';
  if (error === 'invalid_grant' && wantsPerson(members, words)) return 'person';
  if (lost.has(error)) return 'lost';
  // Atlassian says so of a refresh token: https://community.developer.atlassian.com/t/60806
  if (error === 'unauthorized_client' && status === 403 && /refresh.token/i.test(words)) return 'lost';
  return ofOurs.has(error) || error === 'unauthorized_client' ? 'ours' : 'failed';
}

/** Google says `invalid_rapt` where it wants a person to sign in again: https://support.google.com/a/answer/9368756 */
function wantsPerson(members: Members, words: string): boolean {
  return (
    wantsFactor.test(words) || members['claims'] !== undefined || members['error_subtype'] === 'invalid_rapt'
  );
}

/**
 * The error code of an answer, in whatever member it stands. Words of lower-case letters alone: no token is made of these, so that
 * none is told by mistake.
 */
export function errorIn(members: Members): string | undefined {
  const { error, code } = members;
  const nested = isMembers(error) ? (error['code'] ?? error['type']) : error;
  // https://developers.notion.com/reference/status-codes
  const told = nested ?? (members['object'] === 'error' ? code : undefined);
  if (told === undefined || told === null || told === false) return undefined;
  return typeof told === 'string' && /^[a-z]{1,24}(?:_[a-z]{1,24}){0,5}$/.test(told) ? told : 'unknown_error';
}
