import { randomUUID } from 'node:crypto';
import type { Cloud } from '../aws/cloud.ts';
import type { FunctionDirectory } from '../lambda/directory.ts';
import type { Outcome } from '../lambda/instance.ts';
import { admit, refused, type Admission } from './authorization.ts';
import { decodedPath, toEvent, type EventContext, type ReceivedRequest } from './event.ts';
import { askFunction } from './function-authorizer.ts';
import { proxyRequest } from './http-integration.ts';
import { createJwtAuthorizer, type JwtAuthorizer } from './jwt-authorizer.ts';
import type { HttpApiModel, IntegrationDefinition } from './model.ts';
import { gatewayMessage, toResponse, type GatewayResponse } from './response.ts';
import { createRouteTable, type RouteMatch } from './route-table.ts';

export interface GatewayOptions {
  readonly api: HttpApiModel;
  readonly functions: FunctionDirectory;
  readonly cloud: Pick<Cloud, 'authenticate' | 'authorize'>;
  readonly region: string;
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

interface Answer {
  readonly response: GatewayResponse;
  readonly functionName?: string;
}

/** Answers one request; never rejects. `functionName` is for the request log. */
export type Gateway = (request: ReceivedRequest) => Promise<Answer>;

const internalError = gatewayMessage(500, 'Internal Server Error');

/** One request on its way through the API. */
interface Passage {
  readonly request: ReceivedRequest;
  readonly path: string;
  readonly match: RouteMatch;
}

/** An HTTP API: route, authorize, invoke, answer. */
export function createGateway(options: GatewayOptions): Gateway {
  const { api, log } = options;
  const select = createRouteTable(api.routes);
  const jwtAuthorizers = new Map<string, JwtAuthorizer>();
  return async (request) => {
    const path = decodedPath(request.path);
    if (path === undefined) return { response: gatewayMessage(400, 'Bad Request') };
    const match = select(request.method, path);
    if (match === undefined) return { response: gatewayMessage(404, 'Not Found') };
    const passage = { request, path, match };
    const admission = await admissionTo(options, passage, jwtAuthorizers);
    if (admission.kind === 'refused') {
      log(`${request.method} ${path} refused: ${admission.reason}`);
      return { response: admission.response };
    }
    const integration = api.integration(match.route.integrationId);
    if (integration.kind === 'http') return { response: await proxyRequest(integration, request) };
    return invoke(options, passage, integration, admission);
  };
}

async function invoke(
  options: GatewayOptions,
  { request, path, match }: Passage,
  { functionArn, timeoutMilliseconds }: Extract<IntegrationDefinition, { readonly kind: 'function' }>,
  admission: Admission,
): Promise<Answer> {
  const { functions, log } = options;
  const lambda = functions.find(functionArn);
  if (lambda === undefined || !mayInvoke(functions, functionArn, apiArnOf(options), match)) {
    log(
      `no AWS::Lambda::Permission lets ${apiArnOf(options)} invoke ${functionArn} for the route "${match.route.key}"`,
    );
    return { response: internalError };
  }
  const event = toEvent(request, path, {
    ...contextOf(options, match),
    ...(admission.kind === 'admitted' ? { caller: admission.caller } : {}),
    ...(admission.kind === 'authorized' ? { authorizer: admission.authorizer } : {}),
  });
  const response = toGatewayResponse(await within(timeoutMilliseconds, lambda.invoke(event)));
  return { response, functionName: lambda.definition.label };
}

async function admissionTo(
  options: GatewayOptions,
  { request, path, match }: Passage,
  jwtAuthorizers: Map<string, JwtAuthorizer>,
): Promise<Admission> {
  const { api, cloud, functions, now } = options;
  const { authorization, authorizerId = '', scopes = [] } = match.route;
  if (authorization === 'NONE') return { kind: 'open' };
  const routeArn = `${apiArnOf(options)}/$default/${request.method}${path}`;
  if (authorization === 'AWS_IAM') return admit(cloud, request, routeArn);
  const authorizer = api.authorizer(authorizerId);
  if (authorizer.kind === 'function') {
    const event = toEvent(request, path, contextOf(options, match));
    const authorizerArn = `${apiArnOf(options)}/authorizers/${authorizerId}`;
    return askFunction(functions, { authorizer, authorizerArn, routeArn, headers: request.headers, event });
  }
  const jwt = jwtAuthorizers.get(authorizerId) ?? createJwtAuthorizer(authorizer, now);
  jwtAuthorizers.set(authorizerId, jwt);
  return jwt(request.headers, scopes).catch((error: unknown) => refused(500, String(error)));
}

function contextOf({ api, account, now }: GatewayOptions, match: RouteMatch): EventContext {
  const { host } = new URL(api.endpoint);
  return { apiId: api.id, account, domainName: host, requestId: randomUUID(), now: now(), match };
}

function apiArnOf({ api, region, account }: GatewayOptions): string {
  return `arn:aws:execute-api:${region}:${account}:${api.id}`;
}

/** The source of an invocation is the route, not the request: `api/stage/method/path`, or `api/stage/$default`. */
function mayInvoke(
  functions: FunctionDirectory,
  functionArn: string,
  apiArn: string,
  { route }: RouteMatch,
): boolean {
  const [method = '', path = ''] = route.key.split(' ');
  return functions.mayInvoke(functionArn, 'apigateway.amazonaws.com', `${apiArn}/$default/${method}${path}`);
}

function toGatewayResponse(outcome: Outcome | 'late'): GatewayResponse {
  if (outcome === 'late') return gatewayMessage(503, 'Service Unavailable');
  if (outcome.kind !== 'returned') return internalError;
  return toResponse(outcome.payload) ?? internalError;
}

function within(milliseconds: number, outcome: Promise<Outcome>): Promise<Outcome | 'late'> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds, 'late' as const);
    void outcome.then((settled) => {
      clearTimeout(timer);
      resolve(settled);
    });
  });
}
