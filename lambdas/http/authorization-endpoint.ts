import type { DecideAuthorization } from '../oauth/authorization/authorization-endpoint.ts';
import type { Parameters } from '../oauth/parameters.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Result } from '../runtime/result.ts';
import { deadEndAnswer, unreadableAnswer } from './authorization-dead-ends.ts';
import type { BodyRefusal } from './body-refusal.ts';
import { parseForm, readForm } from './form.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { lookOf } from './pages/look.ts';

const look = lookOf();

/**
 * `/authorize` of a deployment that nobody signs in at; older clients and strict metadata parsers expect it (IX-4, IX-7).
 * It answers on its own page and never redirects: RFC 6749 §4.1.2.1 forbids it for a client or a redirect URI that is not
 * known.
 */
export function authorizationHttpEndpoint(decide: DecideAuthorization, clock: Clock): Endpoint {
  const answer = async (
    request: HttpRequest,
    parameters: Result<Parameters, BodyRefusal>,
  ): Promise<HttpResponse> => {
    if (!parameters.ok) return unreadableAnswer(look, request, parameters.refusal);
    const { requestId, sourceAddress } = request;
    const asked = { parameters: parameters.value, requestId, sourceAddress };
    return deadEndAnswer(look, request, await decide(asked, clock()));
  };
  return methods({
    GET: (request) => answer(request, parseForm(request.query)),
    POST: (request) => answer(request, readForm(request)),
  });
}
