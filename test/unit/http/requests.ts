import type { Context } from 'aws-lambda';
import type { GatewayEvent } from '../../../lambdas/http/gateway-event.ts';
import type { HttpRequest } from '../../../lambdas/http/message.ts';

export const formType = 'application/x-www-form-urlencoded';

export function aRequest(overrides: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    path: '/',
    query: '',
    headers: {},
    cookies: new Map(),
    body: new Uint8Array(),
    sourceAddress: '192.0.2.1',
    requestId: 'request-1',
    ...overrides,
  };
}

export function aForm(text: string, contentType: string | undefined = formType): HttpRequest {
  return aRequest({ method: 'POST', headers: { 'content-type': contentType }, body: Buffer.from(text) });
}

interface EventInput {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string | Uint8Array;
  readonly iam?: object;
  /** Of the TLS connection, in PEM. */
  readonly certificate?: string;
}

/** An event as the HTTP API makes it: bodies that are not text arrive in base64. */
export function anEvent({
  method = 'GET',
  path = '/',
  query = '',
  headers = {},
  cookies,
  body,
  iam,
  certificate,
}: EventInput = {}): GatewayEvent {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(cookies && { cookies }),
    requestContext: {
      requestId: 'request-1',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      ...(iam && { authorizer: { iam } }),
      ...(certificate !== undefined && { authentication: { clientCert: { clientCertPem: certificate } } }),
    },
    ...(body !== undefined && { body: Buffer.from(body).toString('base64') }),
    isBase64Encoded: body !== undefined,
  } as unknown as GatewayEvent;
}

/** A context with all the time it needs. */
export const aContext = { getRemainingTimeInMillis: () => 10_000 } as Context;
