import type { LogoutBack, LogoutOutcome, LogoutRefusal, LogoutTarget } from '../oauth/logout/logout-ports.ts';
import { redirectKind, withAnswer } from '../oauth/redirect-uri.ts';
import type { Issuer } from '../runtime/identifiers.ts';
import { prefersJson } from './accept.ts';
import { cookiesOf } from './cookies.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { clientOrigin } from './pages/client-origin.ts';
import { redirectPlace } from './pages/consent.ts';
import { logoutPage, signedOutPage } from './pages/logout.ts';
import type { Look } from './pages/look.ts';
import { messagePage } from './pages/message.ts';
import { errorJson } from './respond.ts';
import { seeOther } from './see-other.ts';

type Outcome<Go extends LogoutOutcome['go']> = Extract<LogoutOutcome, { readonly go: Go }>;

/** What a browser is answered for each outcome of a logout's step. */
export function logoutAnswers({
  issuer,
  look,
}: {
  readonly issuer: Issuer;
  readonly look: Look;
}): (request: HttpRequest, outcome: LogoutOutcome) => HttpResponse {
  const cookies = cookiesOf(issuer);
  const forgotten = (['session', 'account', 'hint'] as const).map((name) => cookies.forget(name));
  return (request, outcome) => {
    switch (outcome.go) {
      case 'refuse':
        return refused(look, request, outcome.refusal);
      case 'ask': {
        const { value, seconds } = outcome.browser;
        return { ...asked(look, outcome), cookies: [cookies.keep('browser', value, seconds)] };
      }
      case 'upstream': {
        const { value, seconds } = outcome.pending;
        const kept = cookies.keep('logout', value, seconds);
        return { ...seeOther(outcome.location.href), cookies: [...forgotten, kept] };
      }
      case 'signed_out':
        return { ...signedOutHere(look, outcome), cookies: forgotten };
      case 'returned':
        return { ...returned(look, outcome.target), cookies: [cookies.forget('logout')] };
      case 'stay':
        return messagePage(look, {
          status: 200,
          title: 'You are still signed in',
          paragraphs: ['Nothing has ended. You can close this page.'],
          reference: request.requestId,
        });
    }
  };
}

function asked(look: Look, { carried, target, person, ends, idps }: Outcome<'ask'>): HttpResponse {
  const { client, back } = target;
  const issuers = idps.map(({ issuer }) => issuer);
  return logoutPage(look, {
    ...(client && { client: { name: client.name, origin: clientOrigin(client) } }),
    ...(back && { redirect: redirectPlace(back.redirectUri) }),
    ...{ person, ends, action: '/logout/confirm', fields: { request: carried } },
    leadsTo: back === undefined ? issuers : [...issuers, back.redirectUri],
  });
}

function signedOutHere(look: Look, { onward, idp, target }: Outcome<'signed_out'>): HttpResponse {
  const there = idp ?? 'Where you sign in';
  const why = {
    none: idp === undefined ? `${there}, you may still be signed in` : `We cannot sign you out at ${there}`,
    unavailable: `${there} cannot be reached at the moment`,
  }[onward];
  return signedOutPage(look, {
    title: 'You are signed out here',
    paragraphs: [
      idp === undefined ? `${why}.` : `${why}: you may still be signed in there.`,
      'If others use this browser, sign out there as well, or close all of its windows.',
    ],
    onward: wayOn(target),
  });
}

/** OIDC RP-Initiated Logout §3: back to the client. Browsers open an application only for a person who says so (IX-33). */
function returned(look: Look, target: LogoutTarget): HttpResponse {
  const { back } = target;
  if (back !== undefined && redirectKind(back.redirectUri) !== 'private-use')
    return seeOther(clientUrl(back));
  return signedOutPage(look, {
    title: 'You are signed out',
    paragraphs: ['You can close this page.'],
    onward: wayOn(target),
  });
}

function wayOn({ client, back }: LogoutTarget) {
  return client && back && { client: client.name, href: clientUrl(back) };
}

function clientUrl({ redirectUri, state }: LogoutBack): string {
  return state === undefined ? redirectUri : withAnswer(redirectUri, new URLSearchParams({ state }));
}

interface Explanation {
  readonly error: string;
  readonly title: string;
  readonly text: string;
}

const explanations: Readonly<Record<Exclude<LogoutRefusal['reason'], 'too_many_requests'>, Explanation>> = {
  client_unknown: {
    error: 'invalid_request',
    title: 'Unknown application',
    text: 'the client_id is not registered here',
  },
  client_disabled: {
    error: 'unauthorized_client',
    title: 'This application is switched off',
    text: 'an administrator disabled the application, so that it sends nobody here',
  },
  id_token_hint_of_another_client: {
    error: 'invalid_request',
    title: 'Contradicting request',
    text: 'the id_token_hint was issued to another client than client_id names',
  },
  post_logout_redirect_uri_without_client: {
    error: 'invalid_request',
    title: 'Incomplete request',
    text: 'with a post_logout_redirect_uri there has to be a client_id, or an id_token_hint that we issued',
  },
  post_logout_redirect_uri_not_registered: {
    error: 'invalid_request',
    title: 'Unknown way back',
    text: 'the post_logout_redirect_uri is not one that the application registered',
  },
  state_too_long: {
    error: 'invalid_request',
    title: 'Too much to carry',
    text: 'state must have at most 1024 bytes',
  },
  form_expired: {
    error: 'invalid_request',
    title: 'This page is too old',
    text: 'it waited for longer than ten minutes, or it was changed on the way',
  },
  other_browser: {
    error: 'access_denied',
    title: 'Begun in another browser',
    text: 'this page was not made for this browser, or the browser keeps no cookies of this site',
  },
  logout_unknown: {
    error: 'invalid_request',
    title: 'No sign-out is on its way',
    text: 'nobody began to sign out in this browser, or it took longer than ten minutes',
  },
};

function refused(look: Look, { headers, requestId }: HttpRequest, refusal: LogoutRefusal): HttpResponse {
  const json = prefersJson(headers['accept']);
  if (refusal.reason === 'too_many_requests') {
    const text = 'too many requests come from this address; wait a little and try again';
    const retryAfter = refusal.retryAfterSeconds;
    return json
      ? errorJson(429, 'too_many_requests', text, { 'retry-after': String(retryAfter) })
      : messagePage(look, {
          ...{ status: 429, title: 'Too many requests', reference: requestId, retryAfter },
          paragraphs: [`You cannot go on: ${text}.`],
        });
  }
  const { error, title, text } = explanations[refusal.reason];
  if (json) return errorJson(400, error, text);
  return messagePage(look, {
    ...{ status: 400, title, reference: requestId },
    paragraphs: [`You cannot go on: ${text}.`, 'You can sign out from here.'],
    link: { label: 'Sign out', href: '/logout' },
  });
}
