import type { DeadEnd } from '../oauth/authorization/outcome.ts';
import { toWire } from '../oauth/refusal.ts';
import { prefersJson } from './accept.ts';
import { bodyRefused, bodyRefusalText, type BodyRefusal } from './body-refusal.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import type { Look } from './pages/look.ts';
import { messagePage } from './pages/message.ts';
import { errorJson } from './respond.ts';

interface Explanation {
  readonly status?: number;
  readonly error: string;
  readonly title: string;
  /** After "You cannot go on:". */
  readonly text: string;
  readonly advice?: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

/** Tells the person that they cannot go on, and why. Programs that want JSON get the error. */
export function deadEndAnswer(look: Look, request: HttpRequest, deadEnd: DeadEnd): HttpResponse {
  const { status = 400, error, title, text, advice, retryAfter } = explain(deadEnd);
  const answer = prefersJson(request.headers['accept'])
    ? errorJson(status, error, text)
    : explained(look, request, { status, title, text, advice });
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
}

/** The same of a request that could not be read at all. */
export function unreadableAnswer(look: Look, request: HttpRequest, refusal: BodyRefusal): HttpResponse {
  return prefersJson(request.headers['accept'])
    ? bodyRefused(refusal)
    : explained(look, request, { title: 'Unreadable request', text: bodyRefusalText(refusal) });
}

function explained(
  look: Look,
  { requestId }: HttpRequest,
  {
    status = 400,
    title,
    text,
    advice = 'Close this page. If a tool sent you here, tell the people who run it.',
  }: Partial<Pick<Explanation, 'status'>> & {
    readonly title: string;
    readonly text: string;
    readonly advice?: string | undefined;
  },
): HttpResponse {
  const paragraphs = [`You cannot go on: ${text}.`, advice];
  return messagePage(look, { status, title, paragraphs, reference: requestId });
}

type Explain = {
  readonly [Reason in DeadEnd['reason']]: (
    deadEnd: Extract<DeadEnd, { readonly reason: Reason }>,
  ) => Explanation;
};

const beginAgain = 'Go back to the application that sent you here, and sign in again from there.';

const pushedRequestUnknown: Explanation = {
  error: 'invalid_request_uri',
  title: 'Unknown sign-in',
  text: 'the application did not prepare the sign-in that this link is for',
  advice: beginAgain,
};

const explanations: Explain = {
  client_id_missing: () => ({
    error: 'invalid_request',
    title: 'Incomplete request',
    text: 'the request names no client_id',
  }),
  parameter_ambiguous: ({ name }) => ({
    error: 'invalid_request',
    title: 'Ambiguous request',
    text: `the request holds ${name} more than once`,
  }),
  client_unknown: () => ({
    error: 'invalid_request',
    title: 'Unknown application',
    text: 'the client_id is not registered here',
  }),
  client_document_refused: ({ document: { reason, detail } }) => ({
    error: reason === 'denied' ? 'unauthorized_client' : 'invalid_request',
    title:
      reason === 'denied' ? 'This application is not let in' : 'The application does not introduce itself',
    text: `its metadata document is not taken: ${detail}`,
  }),
  client_expired: () => ({
    error: 'invalid_request',
    title: 'The registration has expired',
    text: 'the application registered itself a while ago, and that registration is over',
    advice: 'In the application, remove this connection and add it again: it then registers anew.',
  }),
  client_disabled: () => ({
    error: 'unauthorized_client',
    title: 'This application is switched off',
    text: 'an administrator disabled the application',
    advice: 'Ask your administrators if you need it.',
  }),
  client_awaits_approval: () => ({
    error: 'unauthorized_client',
    title: 'This application waits for approval',
    text: 'it is new here, and an administrator has to approve the application before anybody can use it',
    advice: 'Ask your administrators to approve it, and then sign in again from the application.',
  }),
  client_not_interactive: () => ({
    error: 'unauthorized_client',
    title: 'Nobody can sign in here',
    text: 'the client is registered for no sign-in that begins here',
  }),
  redirect_uri_missing: () => ({
    error: 'invalid_request',
    title: 'Incomplete request',
    text: 'the request names no redirect_uri',
  }),
  redirect_uri_not_registered: () => ({
    error: 'invalid_request',
    title: 'Unknown way back',
    text: 'the redirect_uri is not one that the application registered',
  }),
  too_many_requests: (refusal) => {
    const { status, error, retryAfter } = toWire(refusal);
    const text = 'too many requests come from this address; wait a little and try again';
    return { status, error, title: 'Too many requests', text, retryAfter };
  },
  too_many_codes: ({ retryAfterSeconds: retryAfter }) => ({
    ...{ status: 429, error: 'too_many_requests', title: 'Too many codes', retryAfter },
    text: 'too many codes were entered that are of no device; wait a little and try again',
    advice: 'Compare the code with what your device shows before you enter it again.',
  }),
  device_over: () => ({
    error: 'access_denied',
    title: 'This code is over',
    text: 'somebody has answered it already, or it has waited for longer than ten minutes',
    advice: 'If the device is still waiting, begin again there, and enter the new code.',
  }),
  form_expired: () => ({
    error: 'invalid_request',
    title: 'This page is too old',
    text: 'it waited for longer than ten minutes, or it was changed on the way',
    advice: beginAgain,
  }),
  other_browser: () => ({
    error: 'access_denied',
    title: 'Begun in another browser',
    text: 'this sign-in was not begun in this browser, or the browser keeps no cookies of this site',
    advice: `If you did not begin it yourself, somebody may have wanted you to. ${beginAgain}`,
  }),
  sign_in_unknown: () => ({
    error: 'invalid_request',
    title: 'Unknown sign-in',
    text: 'no sign-in is on its way that this answer belongs to',
    advice: beginAgain,
  }),
  sign_in_expired: () => ({
    error: 'invalid_request',
    title: 'The sign-in took too long',
    text: 'more than ten minutes have passed since you began',
    advice: beginAgain,
  }),
  sign_in_over: () => ({
    error: 'invalid_request',
    title: 'This sign-in is over',
    text: 'it has been answered already',
    advice: 'If the application is still waiting, go back to it and sign in again from there.',
  }),
  other_idp: () => ({
    error: 'access_denied',
    title: 'The wrong identity provider answered',
    text: 'the answer comes from another identity provider than the one you were sent to',
    advice: `Somebody may have tried to mix them up. ${beginAgain}`,
  }),
  idp_gone: () => ({
    error: 'access_denied',
    title: 'Sign-in was switched off',
    text: 'an administrator switched the identity provider off meanwhile',
    advice: 'Ask your administrators where to sign in.',
  }),
  pushed_request_unknown: () => pushedRequestUnknown,
  pushed_request_of_another_client: () => pushedRequestUnknown,
  pushed_request_expired: () => ({
    error: 'invalid_request_uri',
    title: 'The link is too old',
    text: 'the application prepared this sign-in, and too much time has passed since',
    advice: beginAgain,
  }),
  pushed_request_elsewhere: () => ({
    error: 'invalid_request_uri',
    title: 'Opened in another browser',
    text: 'this sign-in was opened before, in another browser or in one that keeps no cookies of this site',
    advice: `If that was not you, somebody may have seen the link. ${beginAgain}`,
  }),
  pushed_request_used: () => ({
    error: 'invalid_request_uri',
    title: 'This sign-in has begun already',
    text: 'a link that an application prepares is for one sign-in',
    advice: `It may be on its way in another window. ${beginAgain}`,
  }),
};

function explain(deadEnd: DeadEnd): Explanation {
  const words = explanations[deadEnd.reason] as (deadEnd: DeadEnd) => Explanation;
  return words(deadEnd);
}
