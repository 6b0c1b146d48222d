import type { authorize } from '../oauth/authorization/authorize.ts';
import type { comeBack } from '../oauth/authorization/come-back.ts';
import type { decide } from '../oauth/authorization/decide.ts';
import type { enterUserCode } from '../oauth/device/enter-user-code.ts';
import type { Outcome } from '../oauth/authorization/outcome.ts';
import type { Visit } from '../oauth/authorization/sign-in-ports.ts';
import type { RepeatableParameters } from '../oauth/parameters.ts';
import type { Clock, Instant } from '../runtime/clock.ts';
import type { Result } from '../runtime/result.ts';
import { type AnswerOptions, authorizationAnswers } from './authorization-answers.ts';
import { unreadableAnswer } from './authorization-dead-ends.ts';
import type { BodyRefusal } from './body-refusal.ts';
import { cookiesOf } from './cookies.ts';
import { formText, parseFields } from './form.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { type Route, route } from './routes.ts';

interface Options extends AnswerOptions {
  readonly authorize: ReturnType<typeof authorize>;
  readonly decide: ReturnType<typeof decide>;
  readonly comeBack: ReturnType<typeof comeBack>;
  readonly enterUserCode: ReturnType<typeof enterUserCode>;
  /** Takes those back who left from a page of our own; undefined for everybody else. */
  readonly comeBackToAccount: (request: HttpRequest, idp: string) => Promise<HttpResponse | undefined>;
  readonly clock: Clock;
}

/** `/authorize`, `/consent`, `/device` and `/callback/{idp}`: the steps of a sign-in as a browser takes them. */
export function authorizationRoutes(options: Options): readonly Route[] {
  const cookies = cookiesOf(options.issuer);
  const answerOf = authorizationAnswers(options);

  const answer = async (
    request: HttpRequest,
    parameters: Result<RepeatableParameters, BodyRefusal>,
    step: (visit: Visit, parameters: RepeatableParameters, now: Instant) => Promise<Outcome>,
  ): Promise<HttpResponse> => {
    if (!parameters.ok) return unreadableAnswer(options.look, request, parameters.refusal);
    const { requestId, sourceAddress } = request;
    const [browser, session] = [cookies.read(request, 'browser'), cookies.read(request, 'session')];
    const visit = { requestId, sourceAddress, browser, session };
    return answerOf(request, await step(visit, parameters.value, options.clock()));
  };

  const begin: Parameters<typeof answer>[2] = (visit, parameters, now) =>
    options.authorize({ ...visit, parameters }, now);
  const take: Parameters<typeof answer>[2] = (visit, { values }, now) => {
    const said = { carried: values.get('request'), decision: values.get('decision') };
    return options.decide({ ...visit, ...said, chosenIdp: values.get('idp') }, now);
  };

  const opened: Parameters<typeof answer>[2] = (visit, { values }, now) =>
    options.enterUserCode({ ...visit, typed: undefined, linked: values.get('user_code') }, now);
  const entered: Parameters<typeof answer>[2] = (visit, { values }, now) =>
    options.enterUserCode({ ...visit, typed: values.get('user_code'), linked: undefined }, now);

  const authorizeEndpoint = methods({
    GET: (request) => answer(request, parseFields(request.query), begin),
    POST: (request) => answer(request, formFields(request), begin),
  });
  const consentEndpoint = methods({ POST: (request) => answer(request, formFields(request), take) });
  const deviceEndpoint = methods({
    GET: (request) => answer(request, parseFields(request.query), opened),
    POST: (request) => answer(request, formFields(request), entered),
  });
  return [
    route('/authorize', authorizeEndpoint),
    route('/consent', consentEndpoint),
    route('/device', deviceEndpoint),
    route('/callback/{idp}', (request, { idp }) =>
      methods({
        GET: async (returned) =>
          (await options.comeBackToAccount(returned, idp)) ??
          answer(returned, parseFields(returned.query), (visit, parameters, now) =>
            options.comeBack({ ...visit, idp, query: returned.query, parameters }, now),
          ),
      })(request),
    ),
  ];
}

function formFields(request: HttpRequest): Result<RepeatableParameters, BodyRefusal> {
  const text = formText(request);
  return text.ok ? parseFields(text.value) : text;
}
