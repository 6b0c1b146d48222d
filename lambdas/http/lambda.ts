import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import { readOptionalVariable } from '../runtime/environment.ts';
import { preflight, readableByAnyOrigin } from './cross-origin.ts';
import { isThroughEdge } from './edge.ts';
import { failed } from './failure.ts';
import {
  hasCertificate,
  toRequest,
  toResult,
  type GatewayEvent,
  type GatewayResult,
} from './gateway-event.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { errorJson } from './respond.ts';

type Stage = middy.MiddlewareObj<GatewayEvent, GatewayResult>;
type StageRequest = middy.Request<GatewayEvent, GatewayResult>;

/** Far more than any request of ours needs. */
const usualBodyBytes = 65_536;

/** Kept back from the function's own time limit, so that a late answer is still ours. */
const timeoutEarlyInMillis = 250;

interface RimOptions {
  /** Whether pages of any origin may read the answers: everywhere but at /authorize and /admin. */
  readonly cors?: boolean;
  /** Where an edge stands before the API: requests that do not bring the secret of this digest are refused. */
  readonly originSecretDigest?: string | undefined;
  /** Default: 64 kB. */
  readonly maximumBodyBytes?: number;
  /** Puts the answer to a failure, a time limit among them, into another form for whoever asked. Default: as it is. */
  readonly onFailure?: (answer: HttpResponse, request: HttpRequest) => HttpResponse;
}

/** The rim of every function: an event of the HTTP API in, its result out. It never rejects. */
export function lambdaHandler(
  endpoint: Endpoint,
  {
    cors = false,
    originSecretDigest = readOptionalVariable('ORIGIN_SECRET_DIGEST'),
    maximumBodyBytes = usualBodyBytes,
    onFailure = (answer) => answer,
  }: RimOptions = {},
): (event: GatewayEvent, context: Context) => Promise<GatewayResult> {
  const read = (event: GatewayEvent): HttpRequest =>
    toRequest(event, originSecretDigest !== undefined && !hasCertificate(event));
  // Stages after the handler run from the last to the first: a failure becomes an answer, then any answer is finished.
  return middy<GatewayEvent, GatewayResult>({ timeoutEarlyInMillis, timeoutEarlyResponse: outOfTime })
    .use(originSecretDigest === undefined ? [] : [throughEdgeOnly(originSecretDigest)])
    .use(cors ? [crossOrigin] : [])
    .use(plainAnswers)
    .use(failures((answer, event) => onFailure(answer, read(event))))
    .handler(async (event) => {
      const request = read(event);
      const isTooLarge = request.body.byteLength > maximumBodyBytes;
      return toResult(isTooLarge ? bodyTooLarge(maximumBodyBytes) : await endpoint(request));
    });
}

function bodyTooLarge(maximumBytes: number): HttpResponse {
  return errorJson(413, 'invalid_request', `the body must not be larger than ${maximumBytes / 1_024} kB`);
}

function throughEdgeOnly(secretDigest: string): Stage {
  return {
    before: ({ event }) =>
      // Whoever shows a certificate cannot come by the edge, which has none to show.
      hasCertificate(event) || isThroughEdge(event.headers, secretDigest)
        ? undefined
        : toResult(notThroughEdge),
  };
}

const notThroughEdge = errorJson(403, 'access_denied', 'this API answers at the URL of the issuer only', {
  'x-content-type-options': 'nosniff',
});

const crossOrigin: Stage = {
  before: ({ event }) =>
    event.requestContext.http.method === 'OPTIONS' ? { statusCode: 204, headers: preflight } : undefined,
  after: (request) => {
    addHeaders(request, readableByAnyOrigin);
  },
  onError: (request) => {
    addHeaders(request, readableByAnyOrigin);
  },
};

const plainAnswers: Stage = { after: finish, onError: finish };

function failures(form: (answer: HttpResponse, event: GatewayEvent) => HttpResponse): Stage {
  return {
    onError: (request) => {
      const { error, event } = request;
      request.response = toResult(form(failed(error, event.requestContext.requestId), event));
    },
  };
}

function finish(request: StageRequest): void {
  addHeaders(request, { 'x-content-type-options': 'nosniff' });
  // RFC 9110 §9.3.2: HEAD is answered as GET is, without the content.
  if (request.event.requestContext.http.method === 'HEAD')
    request.response = { ...request.response, body: '' };
}

function addHeaders(request: StageRequest, headers: Readonly<Record<string, string>>): void {
  request.response = { ...request.response, headers: { ...request.response?.headers, ...headers } };
}

function outOfTime(): never {
  throw new DependencyUnavailable('an answer in time', { cause: 'time limit' });
}
