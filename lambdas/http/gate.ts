import type { TargetFunctions } from '../ports/target-functions.ts';
import { crossOriginHeaders, preflightHeaders } from '../resource-server/index.ts';
import { logger } from '../runtime/log.ts';
import { failed } from './failure.ts';
import { toResult, type GatewayEvent, type GatewayResult } from './gateway-event.ts';
import type { HttpResponse } from './message.ts';
import type { Guard } from './protected-routes.ts';
import { errorJson } from './respond.ts';

export interface GatePorts {
  readonly guard: Guard;
  /** Route key → the ARN of the function behind it. */
  readonly targets: ReadonlyMap<string, string>;
  readonly functions: TargetFunctions;
}

/** What the function behind the gate returned, untouched, or an answer of the gate's own. */
type GateResult = unknown;

/**
 * The gate before somebody else's functions: whoever has no good token gets the challenge, and everybody else's
 * event goes on as it came, with the claims where a Lambda authorizer would put them. It never rejects.
 */
export function gateHandler(ports: GatePorts): (event: GatewayEvent) => Promise<GateResult> {
  return async (event) => {
    try {
      return await pass(ports, event);
    } catch (error) {
      return own(failed(error, event.requestContext.requestId));
    }
  };
}

async function pass({ guard, targets, functions }: GatePorts, event: GatewayEvent): Promise<GateResult> {
  const functionArn = targets.get(event.routeKey);
  if (isPreflight(event, functionArn)) return own({ status: 204, headers: preflight, body: '' });
  const verification = await guard(event);
  if (!verification.ok) {
    const { status, headers, body } = verification.challenge;
    return own({ status, headers, body: JSON.stringify(body) });
  }
  if (functionArn === undefined) throw new Error(`no function stands behind the route ${event.routeKey}`);
  const invoked = await functions.invoke(functionArn, {
    ...event,
    requestContext: { ...event.requestContext, authorizer: { lambda: verification.token } },
  });
  if (invoked.kind === 'returned') return invoked.result;
  const { requestId } = event.requestContext;
  logger.error('protected function failed', { requestId, functionArn, reason: invoked.reason });
  return own(errorJson(500, 'server_error', 'the function behind this route failed'));
}

/** Browsers ask without a token what they may send. Any other OPTIONS request is for the function behind the route. */
function isPreflight({ headers, requestContext }: GatewayEvent, functionArn: string | undefined): boolean {
  if (requestContext.http.method !== 'OPTIONS') return false;
  return functionArn === undefined || headers['access-control-request-method'] !== undefined;
}

/** Which methods there are is for the routes of the API to say. */
const preflight = {
  ...preflightHeaders,
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
};

function own(response: HttpResponse): GatewayResult {
  const headers = { ...response.headers, ...crossOriginHeaders, 'x-content-type-options': 'nosniff' };
  return toResult({ ...response, headers });
}

/** `[{"function": "arn:…", "routes": ["GET /orders"]}]` as route key → ARN. */
export function readTargets(text: string): ReadonlyMap<string, string> {
  const targets = JSON.parse(text) as readonly {
    readonly function: string;
    readonly routes: readonly string[];
  }[];
  return new Map(targets.flatMap(({ function: arn, routes }) => routes.map((key) => [key, arn])));
}
