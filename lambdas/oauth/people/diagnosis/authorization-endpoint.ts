import type { Check, Seen } from '../../../ports/diagnosis.ts';
import { noAnswer } from './answered.ts';
import { check, error, notChecked } from './check.ts';
import { explainError } from './error-answer.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';

/**
 * A request that signs nobody in: `prompt=none` from a browser that has no session. Who knows the client and its redirect
 * URI sends it back there with an error; who does not may not send anybody anywhere (RFC 6749 §4.1.2.1).
 */
export function probingRequest(idp: LookedAt, endpoint: string, random: string): string {
  const url = new URL(endpoint);
  const parameters = {
    response_type: 'code',
    client_id: idp.clientId ?? '',
    redirect_uri: idp.callback ?? '',
    scope: (idp.scopes ?? ['openid']).join(' '),
    ...{ state: random, nonce: random, code_challenge: random, code_challenge_method: 'S256' },
    prompt: 'none',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** What a person without a session is answered where no page may be shown (OIDC Core §3.1.2.6), and so all is well. */
const asExpected = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]);

const subject = 'authorization_endpoint';
const good = 'it knows the client and our redirect URI';

export function checkAuthorizationEndpoint(idp: LookedAt, endpoint: string, seen: Seen): Check {
  if (seen.kind === 'no_answer') {
    if (seen.why === 'too_large') return notChecked(subject, untold('a long page'));
    return check(subject, good, [noAnswer(seen.why, { name: 'The authorization endpoint', url: endpoint })]);
  }
  const { location: told } = seen.headers;
  const location = told === undefined ? undefined : (URL.parse(told, endpoint) ?? undefined);
  return location !== undefined && isAt(location, idp.callback)
    ? checkWayBack(idp, location.searchParams.get('error'))
    : checkElsewhere(idp, seen.status, `${location?.search ?? ''}${seen.body}`, location);
}

/** Some providers say so on a page of theirs, and not by a status. */
const saysMismatch = /redirect_?(?:uri_)?mismatch|AADSTS50011\b/i;

function checkElsewhere(idp: LookedAt, status: number, text: string, location: URL | undefined): Check {
  if (status >= 500) {
    return check(subject, good, [explainError(idp, { error: 'server_error' }, 'authorization')]);
  }
  if ((status >= 400 && status !== 429) || saysMismatch.test(text)) {
    return check(subject, good, [redirectRefused(idp)]);
  }
  return notChecked(
    subject,
    untold(location === undefined ? `a page with status ${status}` : `a page of ${location.host}`),
  );
}

function checkWayBack(idp: LookedAt, answered: string | null): Check {
  const isFine = answered === null || asExpected.has(answered);
  return check(subject, good, isFine ? [] : [explainError(idp, { error: answered }, 'authorization')]);
}

function untold(page: string): string {
  return `it shows ${page}, and does not tell a program whether it knows our redirect URI`;
}

function redirectRefused(idp: LookedAt) {
  const { redirectUris, clientId } = settingsOf[idp.profile];
  return error('redirect_uri_refused', {
    what: 'The authorization endpoint refuses the client or its redirect URI',
    why: 'People who are sent there see an error page of the provider, and never come back.',
    fix: `Register ${idp.callback ?? 'our callback'} to the letter: ${redirectUris}. If it is there, compare the client id ${idp.clientId ?? ''}: ${clientId}`,
  });
}

function isAt(location: URL, callback: string | undefined): boolean {
  const wanted = URL.parse(callback ?? '');
  return location.origin === wanted?.origin && location.pathname === wanted.pathname;
}
