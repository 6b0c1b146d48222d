import type {
  ClientAnswer,
  ConsentQuestion,
  IdpQuestion,
  Kept,
  KeptSession,
  Outcome,
  Postponed,
  Stranded,
} from '../oauth/authorization/outcome.ts';
import type { RedirectBack, RedirectRefusal, WayBack } from '../oauth/authorization/refusal.ts';
import { redirectKind, withAnswer } from '../oauth/redirect-uri.ts';
import type { IdentityProvider } from '../ports/identity-providers.ts';
import type { Resource } from '../ports/registry.ts';
import type { Issuer } from '../runtime/identifiers.ts';
import { prefersJson } from './accept.ts';
import { deadEndAnswer } from './authorization-dead-ends.ts';
import { type CookieName, type Cookies, cookiesOf } from './cookies.ts';
import { deviceAnswer, deviceQuestion, userCodeQuestion } from './device-answers.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { clientOrigin } from './pages/client-origin.ts';
import { chooserPage } from './pages/chooser.ts';
import { consentPage, redirectPlace } from './pages/consent.ts';
import { leavingPage, strangersPage } from './pages/leaving.ts';
import type { Look } from './pages/look.ts';
import { messagePage } from './pages/message.ts';
import type { ScopeWords } from './pages/wording.ts';
import { errorJson } from './respond.ts';

export interface AnswerOptions {
  readonly issuer: Issuer;
  readonly look: Look;
}

/** Where the answers to our pages go. */
const action = '/consent';

/** What a browser is answered for each outcome of a sign-in's step. */
export function authorizationAnswers({
  issuer,
  look,
}: AnswerOptions): (request: HttpRequest, outcome: Outcome) => HttpResponse {
  const cookies = cookiesOf(issuer);
  return (request, outcome) => {
    switch (outcome.go) {
      case 'nowhere':
        return deadEndAnswer(look, request, outcome.deadEnd);
      case 'upstream':
        return keeping(cookies, 'browser', outcome.browser, redirect(outcome.location.href));
      case 'to_client':
        return keepingSession(cookies, outcome.session, toClient(issuer, look, outcome));
      case 'ask_consent':
        return keepingAll(
          cookies,
          [
            ['browser', outcome.browser],
            ['hint', outcome.hint],
          ],
          consentPage(look, consentView(outcome)),
        );
      case 'ask_idp':
        return keeping(cookies, 'browser', outcome.browser, chooserPage(look, chooserView(outcome)));
      case 'postponed':
        return keeping(cookies, 'browser', outcome.browser, postponed(look, request, outcome));
      case 'ask_user_code':
        return userCodeQuestion(look, outcome);
      case 'ask_device':
        return keeping(cookies, 'browser', outcome.browser, deviceQuestion(look, outcome, action));
      case 'device_approved':
        return keepingSession(cookies, outcome.session, deviceAnswer(look, outcome));
      case 'device_denied':
        return deviceAnswer(look, outcome);
      case 'strand':
        return keeping(cookies, 'browser', outcome.browser, stranded(issuer, look, request, outcome));
    }
  };
}

function keeping(cookies: Cookies, name: CookieName, kept: Kept, response: HttpResponse): HttpResponse {
  return keepingAll(cookies, [[name, kept]], response);
}

function keepingSession(
  cookies: Cookies,
  session: KeptSession | undefined,
  response: HttpResponse,
): HttpResponse {
  const all = [
    ['session', session],
    ['hint', session?.hint],
  ] as const;
  return keepingAll(cookies, all, response);
}

function keepingAll(
  cookies: Cookies,
  all: readonly (readonly [name: CookieName, kept: Kept | undefined])[],
  response: HttpResponse,
): HttpResponse {
  const lines = all.flatMap(([name, kept]) =>
    kept === undefined ? [] : [cookies.keep(name, kept.value, kept.seconds)],
  );
  return lines.length === 0 ? response : { ...response, cookies: lines };
}

/** RFC 9700 §4.12: 303, never 307, so that no browser sends a form on. */
function redirect(location: string): HttpResponse {
  return {
    status: 303,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    body: '',
  };
}

function toClient(issuer: Issuer, look: Look, { client, back, answer, leave }: ClientAnswer): HttpResponse {
  const allowed = 'code' in answer;
  const parameters = allowed ? { code: answer.code.reveal() } : errorParameters(answer.refusal);
  const href = clientUrl(issuer, back, parameters);
  if (leave === 'by_choice' && !allowed) {
    const { error, description } = answer.refusal;
    return strangersPage(look, { client: client.name, href, error, description });
  }
  // IX-33: browsers follow a redirect to a scheme of an application only where the person says so.
  return redirectKind(back.redirectUri) === 'private-use'
    ? leavingPage(look, { client: client.name, href, allowed })
    : redirect(href);
}

function errorParameters({ error, description }: RedirectRefusal): Readonly<Record<string, string>> {
  return { error, error_description: description };
}

export function clientUrl(
  issuer: Issuer,
  { redirectUri, state }: RedirectBack,
  parameters: Readonly<Record<string, string>>,
): string {
  // RFC 9207 §2: success and error alike say who answers.
  const answer = new URLSearchParams({ ...parameters, ...(state !== undefined && { state }), iss: issuer });
  return withAnswer(redirectUri, answer);
}

function consentView(question: ConsentQuestion): Parameters<typeof consentPage>[1] {
  const { client, resource, access, back, idp, person, carried } = question;
  return {
    client: { name: client.name, origin: clientOrigin(client) },
    redirect: 'device' in back ? { kind: 'device' } : redirectPlace(back.redirectUri),
    ...(resource && { resource: { name: resource.name, host: new URL(resource.uri).host } }),
    scopes: scopesInWords(access.scope, resource),
    offline: access.offline,
    ...(person !== undefined && { person }),
    ...{ idp: idp.name, action, fields: { request: carried }, leadsTo: leadsTo([idp], back) },
  };
}

/** That the client goes on while the person is away is said apart. */
function scopesInWords(names: readonly string[], resource: Resource | undefined): readonly ScopeWords[] {
  return names
    .filter((name) => name !== 'offline_access')
    .map((name) => ({
      name,
      description: resource?.scopes.find((scope) => scope.name === name)?.description,
    }));
}

function chooserView({ client, idps, carried, back }: IdpQuestion): Parameters<typeof chooserPage>[1] {
  return { client: client.name, idps, action, fields: { request: carried }, leadsTo: leadsTo(idps, back) };
}

/** Where the answer to a page may lead: to an identity provider, and on to the client. */
function leadsTo(idps: readonly IdentityProvider[], back: WayBack): readonly string[] {
  return [...idps.map(({ issuer }) => issuer), ...('device' in back ? [] : [back.redirectUri])];
}

function postponed(
  look: Look,
  { requestId, headers }: HttpRequest,
  { clientId, requestUri, retryAfter }: Postponed,
): HttpResponse {
  if (prefersJson(headers['accept'])) {
    return errorJson(503, 'temporarily_unavailable', 'a dependency is unavailable, try again', {
      'retry-after': String(retryAfter),
    });
  }
  const again = new URLSearchParams({ client_id: clientId, request_uri: requestUri });
  return messagePage(look, {
    status: 503,
    title: 'This does not work right now',
    paragraphs: ['A part that we need does not answer. Try again in a moment.'],
    reference: requestId,
    link: { label: 'Try again', href: `/authorize?${again.toString()}` },
    retryAfter,
  });
}

function stranded(
  issuer: Issuer,
  look: Look,
  { requestId }: HttpRequest,
  { client, idp, back, carried, trouble, retryAfter }: Stranded,
): HttpResponse {
  const why = {
    idp_unavailable: `${idp.name} cannot be reached at the moment, or something between us and it.`,
    idp_answer_unusable: `${idp.name} answered in a way that we cannot take.`,
    unavailable: 'You are signed in, but we could not finish it: a part that we need does not answer.',
  }[trouble];
  const error = {
    error: 'temporarily_unavailable',
    error_description: 'the sign-in failed; try again later',
  };
  return messagePage(look, {
    status: trouble === 'idp_answer_unusable' ? 502 : 503,
    title: 'The sign-in got stuck',
    paragraphs: [why, `You can try again, or go back to ${client.name} and try later.`],
    reference: requestId,
    again: {
      label: 'Try again',
      ...{ action, fields: { request: carried }, leadsTo: leadsTo([idp], back) },
    },
    ...(!('device' in back) && {
      link: { label: `Back to ${client.name}`, href: clientUrl(issuer, back, error) },
    }),
    retryAfter,
  });
}
