import { beginConnect } from '../oauth/connect/begin-connect.ts';
import { comeBackConnected } from '../oauth/connect/come-back-connected.ts';
import type { ConnectPorts, ConnectVisit } from '../oauth/connect/connect-ports.ts';
import { openConnect } from '../oauth/connect/open-connect.ts';
import type { Parameters } from '../oauth/parameters.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Result } from '../runtime/result.ts';
import { unreadableAnswer } from './authorization-dead-ends.ts';
import type { BodyRefusal } from './body-refusal.ts';
import { connectAnswer } from './connect-answers.ts';
import { cookiesOf } from './cookies.ts';
import { parseFields, parseForm, readForm } from './form.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import type { Look } from './pages/look.ts';
import { type Route, route } from './routes.ts';

interface Options {
  readonly look: Look;
  readonly ports: ConnectPorts;
  readonly clock: Clock;
}

/** `/connect/{provider}` and its callback: how people connect their accounts at third parties, as browsers ask for it. */
export function connectRoutes({ look, ports, clock }: Options): readonly Route[] {
  const cookies = cookiesOf(ports.issuer);

  const step = async (
    request: HttpRequest,
    provider: string,
    parameters: Result<Parameters, BodyRefusal>,
    take: (visit: ConnectVisit, fields: ReadonlyMap<string, string>) => ReturnType<typeof openConnect>,
  ): Promise<HttpResponse> => {
    if (!parameters.ok) return unreadableAnswer(look, request, parameters.refusal);
    const { requestId, sourceAddress } = request;
    const { values } = parameters.value;
    const asked = { agent: values.get('agent'), scope: values.get('scope'), group: values.get('group') };
    const visit = { requestId, sourceAddress, cookie: cookies.read(request, 'account'), provider, ...asked };
    return connectAnswer(look, cookies, request, await take(visit, values));
  };

  const back = async (request: HttpRequest, provider: string): Promise<HttpResponse> => {
    const parameters = parseFields(request.query);
    if (!parameters.ok) return unreadableAnswer(look, request, parameters.refusal);
    const { requestId, sourceAddress } = request;
    const visit = { requestId, sourceAddress, cookie: cookies.read(request, 'account'), provider };
    const outcome = await comeBackConnected(ports, { ...visit, parameters: parameters.value }, clock());
    return connectAnswer(look, cookies, request, outcome);
  };

  return [
    route('/connect/{provider}', (request, { provider }) =>
      methods({
        GET: (asked) =>
          step(asked, provider, parseForm(asked.query), (visit) => openConnect(ports, visit, clock())),
        POST: (asked) =>
          step(asked, provider, readForm(asked), (visit, fields) => {
            const said = { token: fields.get('token'), chosenIdp: fields.get('idp'), fields };
            return beginConnect(ports, { ...visit, ...said }, clock());
          }),
      })(request),
    ),
    route('/connect/{provider}/callback', (request, { provider }) =>
      methods({ GET: (returned) => back(returned, provider) })(request),
    ),
  ];
}
