import { randomUUID } from 'node:crypto';
import type { Cloud } from '../aws/cloud.ts';
import type { FunctionDirectory } from '../lambda/directory.ts';
import type { Outcome } from '../lambda/instance.ts';
import { admit, type Admission } from './authorization.ts';
import { decodedPath, toEvent, type ReceivedRequest } from './event.ts';
import type { HttpApiModel } from './model.ts';
import { gatewayMessage, toResponse, type GatewayResponse } from './response.ts';
import { createRouteTable, type RouteMatch } from './route-table.ts';

export interface GatewayOptions {
  readonly api: HttpApiModel;
  readonly functions: FunctionDirectory;
  readonly cloud: Pick<Cloud, 'authenticate' | 'authorize'>;
  readonly region: string;
  readonly account: string;
  readonly domainName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (line: string) => void;
}

/** Answers one request; never rejects. `functionName` is for the request log. */
export type Gateway = (
  request: ReceivedRequest,
) => Promise<{ readonly response: GatewayResponse; readonly functionName?: string }>;

const internalError = gatewayMessage(500, 'Internal Server Error');

/** An HTTP API: route, authorize, invoke, answer. */
export function createGateway(options: GatewayOptions): Gateway {
  const { api, cloud, functions, log } = options;
  const select = createRouteTable(api.routes);
  const apiArn = `arn:aws:execute-api:${options.region}:${options.account}:${api.id}`;
  return async (request) => {
    const path = decodedPath(request.path);
    if (path === undefined) return { response: gatewayMessage(400, 'Bad Request') };
    const match = select(request.method, path);
    if (match === undefined) return { response: gatewayMessage(404, 'Not Found') };
    const admission = admissionTo(cloud, request, match, `${apiArn}/$default/${request.method}${path}`);
    if (admission.kind === 'refused') {
      log(`${request.method} ${path} refused: ${admission.reason}`);
      return { response: gatewayMessage(403, 'Forbidden') };
    }
    const { functionArn, timeoutMilliseconds } = api.integration(match.route.integrationId);
    const lambda = functions.find(functionArn);
    if (lambda === undefined || !mayInvoke(functions, functionArn, apiArn, match)) {
      log(
        `no AWS::Lambda::Permission lets ${apiArn} invoke ${functionArn} for the route "${match.route.key}"`,
      );
      return { response: internalError };
    }
    const event = toEvent(request, path, {
      ...{ apiId: api.id, account: options.account, domainName: options.domainName },
      ...{ requestId: randomUUID(), now: options.now(), match },
      ...(admission.kind === 'admitted' ? { caller: admission.caller } : {}),
    });
    const response = toGatewayResponse(await within(timeoutMilliseconds, lambda.invoke(event)));
    return { response, functionName: lambda.definition.label };
  };
}

function admissionTo(
  cloud: GatewayOptions['cloud'],
  request: ReceivedRequest,
  { route }: RouteMatch,
  executeApiArn: string,
): Admission {
  return route.authorization === 'NONE' ? { kind: 'open' } : admit(cloud, request, executeApiArn);
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
