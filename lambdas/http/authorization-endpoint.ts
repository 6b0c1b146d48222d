import type {
  AuthorizationRefusal,
  DecideAuthorization,
} from '../oauth/authorization/authorization-endpoint.ts';
import type { Parameters } from '../oauth/parameters.ts';
import { toWire } from '../oauth/refusal.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Result } from '../runtime/result.ts';
import { prefersJson } from './accept.ts';
import { bodyRefused, bodyRefusalText, type BodyRefusal } from './body-refusal.ts';
import { parseForm, readForm } from './form.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { lookOf } from './pages/look.ts';
import { messagePage } from './pages/message.ts';
import { errorJson } from './respond.ts';

/**
 * `/authorize`, which older clients and strict metadata parsers expect (IX-4, IX-7). It answers on its own page and
 * never redirects: RFC 6749 §4.1.2.1 forbids it for a client or a redirect URI that is not known.
 */
export function authorizationHttpEndpoint(decide: DecideAuthorization, clock: Clock): Endpoint {
  const answer = async (
    request: HttpRequest,
    parameters: Result<Parameters, BodyRefusal>,
  ): Promise<HttpResponse> => {
    if (!parameters.ok) return unreadable(request, parameters.refusal);
    const { requestId, sourceAddress } = request;
    const asked = { parameters: parameters.value, requestId, sourceAddress };
    return refused(request, await decide(asked, clock()));
  };
  return methods({
    GET: (request) => answer(request, parseForm(request.query)),
    POST: (request) => answer(request, readForm(request)),
  });
}

const look = lookOf();

interface Explanation {
  readonly status?: number;
  readonly error: string;
  readonly title: string;
  readonly text: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

function refused(request: HttpRequest, refusal: AuthorizationRefusal): HttpResponse {
  const { status = 400, error, title, text, retryAfter } = explain(refusal);
  const answer = prefersJson(request.headers['accept'])
    ? errorJson(status, error, text)
    : { ...explained(request, title, text), status };
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
}

function unreadable(request: HttpRequest, refusal: BodyRefusal): HttpResponse {
  return prefersJson(request.headers['accept'])
    ? bodyRefused(refusal)
    : explained(request, 'Unreadable request', bodyRefusalText(refusal));
}

function explained({ requestId }: HttpRequest, title: string, text: string): HttpResponse {
  const advice = 'Close this page. If a tool sent you here, tell the people who run it.';
  const paragraphs = [`You cannot go on: ${text}.`, advice];
  return messagePage(look, { status: 400, title, paragraphs, reference: requestId });
}

function explain(refusal: AuthorizationRefusal): Explanation {
  switch (refusal.reason) {
    case 'client_id_missing':
      return {
        error: 'invalid_request',
        title: 'Incomplete request',
        text: 'the request names no client_id',
      };
    case 'client_unknown':
      return {
        error: 'invalid_request',
        title: 'Unknown application',
        text: 'the client_id is not registered here',
      };
    case 'client_not_interactive':
      return {
        error: 'unauthorized_client',
        title: 'Nobody can sign in here',
        text: 'the client is registered as a machine, which cannot sign a person in',
      };
    case 'too_many_requests': {
      const { status, error, retryAfter } = toWire(refusal);
      const text = 'too many requests come from this address; wait a little and try again';
      return { status, error, title: 'Too many requests', text, retryAfter };
    }
  }
}
