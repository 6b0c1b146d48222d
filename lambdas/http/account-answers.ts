import type { AccountOutcome, AccountRefusal } from '../oauth/account/account-ports.ts';
import { definitionOf, type GrantedAccess } from '../oauth/account/granted-access.ts';
import type { ClientId } from '../runtime/identifiers.ts';
import { connectedView, disconnectedWords } from './connected-views.ts';
import type { Cookies } from './cookies.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { type AccountEntry, accountPage, type AccountView } from './pages/account.ts';
import { chooserPage } from './pages/chooser.ts';
import type { Look } from './pages/look.ts';
import { type MessageView, messagePage } from './pages/message.ts';
import type { ClientOrigin } from './pages/wording.ts';
import { seeOther } from './see-other.ts';

const path = '/account';

/** What a browser is answered at the account page. */
export function accountAnswer(
  look: Look,
  cookies: Cookies,
  { requestId: reference }: HttpRequest,
  outcome: AccountOutcome,
): HttpResponse {
  switch (outcome.go) {
    case 'show':
      return accountPage(look, viewOf(outcome));
    case 'ask_idp': {
      const { idps } = outcome;
      return chooserPage(look, { idps, action: path, fields: {}, leadsTo: idps.map(({ issuer }) => issuer) });
    }
    case 'upstream': {
      const { value, seconds } = outcome.kept;
      return { ...seeOther(outcome.location.href), cookies: [cookies.keep('account', value, seconds)] };
    }
    case 'signed_in': {
      const { value, seconds } = outcome.kept;
      return { ...seeOther(outcome.then ?? path), cookies: [cookies.keep('account', value, seconds)] };
    }
    case 'signed_out':
      return {
        ...signedOut(look, reference),
        cookies: [cookies.forget('account'), cookies.forget('session')],
      };
    case 'refuse':
      return messagePage(look, { ...refused(outcome.refusal, outcome.then), reference });
  }
}

function viewOf(outcome: Extract<AccountOutcome, { readonly go: 'show' }>): AccountView {
  const { withdrawn, disconnected, issuer, waiting, connected } = outcome;
  return {
    person: outcome.session.name ?? 'somebody without a name',
    ...{ idp: outcome.idp, entries: outcome.access.map(entry), waiting },
    leadsTo: waiting.length === 0 || issuer === undefined ? [] : [issuer],
    connected: connected && connectedView(connected),
    done:
      withdrawn === undefined
        ? disconnected && disconnectedWords(disconnected)
        : `${withdrawn} has no access in your name any more.`,
    ...{ action: path, fields: { token: outcome.formToken } },
  };
}

function signedOut(look: Look, reference: string): HttpResponse {
  return messagePage(look, {
    status: 200,
    title: 'You are signed out here',
    paragraphs: [
      'Where you sign in, you may still be signed in. What you allowed goes on until you withdraw it.',
    ],
    reference,
    link: { label: 'See what you allowed', href: path },
  });
}

function entry({ consent, granted }: GrantedAccess): AccountEntry {
  return {
    clientId: consent.clientId,
    clientName: consent.clientName,
    origin: originOf(consent.clientId),
    granted: granted.map(({ terms, resource }) => ({
      resource: terms.resource && {
        name: resource?.name ?? terms.resource,
        host: new URL(terms.resource).host,
      },
      scopes: terms.scope
        .filter((name) => name !== 'offline_access')
        .map((name) => ({ name, description: definitionOf(resource, name)?.description })),
      offline: terms.offline,
    })),
    since: consent.grantedAt,
  };
}

/** A client's id tells what it is: a URL is that of its metadata document, and what we made for it begins with `dyn_`. */
function originOf(id: ClientId): ClientOrigin {
  if (id.startsWith('https://')) return { kind: 'document', host: new URL(id).host };
  return { kind: id.startsWith('dyn_') ? 'self' : 'declared' };
}

function refused(refusal: AccountRefusal, then: string = path): Omit<MessageView, 'reference'> {
  const link = { label: 'Sign in', href: then };
  switch (refusal.reason) {
    case 'too_many_requests': {
      const paragraphs = ['Too many requests come from your address. Wait a little and try again.'];
      return { status: 429, title: 'Too many requests', paragraphs, retryAfter: refusal.retryAfterSeconds };
    }
    case 'no_identity_provider':
      return { status: 503, title: 'Nobody can sign in at the moment', paragraphs: ['Try again later.'] };
    case 'form_expired': {
      const paragraphs = [
        'The page was open for too long, or belongs to another sign-in. Nothing was changed.',
      ];
      return { status: 403, title: 'Sign in again', paragraphs, link };
    }
    case 'sessions_ended': {
      const paragraphs = ['You were signed out while you signed in. Nothing was changed.'];
      return { status: 403, title: 'Sign in again', paragraphs, link };
    }
    case 'sign_in_refused': {
      const paragraphs = ['The sign-in was cancelled, or refused where you sign in. Nothing was changed.'];
      return {
        status: 403,
        title: 'You are not signed in',
        paragraphs,
        link: { ...link, label: 'Try again' },
      };
    }
    case 'sign_in_failed': {
      const paragraphs = ['Where you sign in, the answer was one that we cannot take. Nothing was changed.'];
      return {
        status: 502,
        title: 'You are not signed in',
        paragraphs,
        link: { ...link, label: 'Try again' },
      };
    }
  }
}
