import { askLogout, decideLogout } from '../oauth/logout/ask-logout.ts';
import { comeBackOut } from '../oauth/logout/come-back-out.ts';
import type { LogoutOutcome, LogoutPorts, LogoutVisit } from '../oauth/logout/logout-ports.ts';
import type { Parameters } from '../oauth/parameters.ts';
import type { Clock, Instant } from '../runtime/clock.ts';
import type { Issuer } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';
import { unreadableAnswer } from './authorization-dead-ends.ts';
import type { BodyRefusal } from './body-refusal.ts';
import { cookiesOf } from './cookies.ts';
import { parseForm, readForm } from './form.ts';
import { logoutAnswers } from './logout-answers.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import type { Look } from './pages/look.ts';
import { type Route, route } from './routes.ts';

interface Options {
  readonly issuer: Issuer;
  readonly look: Look;
  readonly ports: LogoutPorts;
  readonly clock: Clock;
}

type Step = (visit: LogoutVisit, parameters: Parameters, now: Instant) => Promise<LogoutOutcome>;

/** `/logout`, the answer to its page, and the way back from the identity provider, as a browser takes them. */
export function logoutRoutes({ issuer, look, ports, clock }: Options): readonly Route[] {
  const cookies = cookiesOf(issuer);
  const answerOf = logoutAnswers({ issuer, look });
  const [ask, decide, comeBack] = [askLogout(ports), decideLogout(ports), comeBackOut(ports)];

  const answer = async (
    request: HttpRequest,
    parameters: Result<Parameters, BodyRefusal>,
    step: Step,
  ): Promise<HttpResponse> => {
    if (!parameters.ok) return unreadableAnswer(look, request, parameters.refusal);
    const { requestId, sourceAddress } = request;
    const [browser, session] = [cookies.read(request, 'browser'), cookies.read(request, 'session')];
    const visit = { requestId, sourceAddress, browser, session, hint: cookies.read(request, 'hint') };
    return answerOf(request, await step(visit, parameters.value, clock()));
  };

  // OIDC RP-Initiated Logout §2: by GET or POST alike.
  const begin: Step = (visit, parameters, now) => ask({ ...visit, parameters }, now);
  return [
    route(
      '/logout',
      methods({
        GET: (request) => answer(request, parseForm(request.query), begin),
        POST: (request) => answer(request, readForm(request), begin),
      }),
    ),
    route(
      '/logout/confirm',
      methods({
        POST: (request) =>
          answer(request, readForm(request), (visit, { values }, now) => {
            const said = { carried: values.get('request'), decision: values.get('decision') };
            return decide({ ...visit, ...said }, now);
          }),
      }),
    ),
    route(
      '/logout/callback',
      methods({
        GET: (request) =>
          answer(request, parseForm(request.query), ({ requestId, sourceAddress }, { values }, now) => {
            const pending = cookies.read(request, 'logout');
            return comeBack({ requestId, sourceAddress, pending, state: values.get('state') }, now);
          }),
      }),
    ),
  ];
}
