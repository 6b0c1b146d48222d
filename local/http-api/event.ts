import { X509Certificate } from 'node:crypto';
import type { Principal } from '../aws/call.ts';
import type { RouteMatch } from './route-table.ts';

/** A request as it arrived on the socket. */
export interface ReceivedRequest {
  readonly method: string;
  /** As sent. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** Lower-case names; lines of one name are joined by commas, cookies by semicolons. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly sourceAddress: string;
  /** Of the TLS connection, in PEM, where it was made with one. */
  readonly clientCertificate?: string;
}

export interface EventContext {
  readonly apiId: string;
  readonly account: string;
  /** Host and, locally, port the API is served at. */
  readonly domainName: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly match: RouteMatch;
  /** Who signed the request, on a route that asks for it. */
  readonly caller?: Principal;
  /** What an authorizer of the API found out, as `requestContext.authorizer` has it. */
  readonly authorizer?: object;
}

/** Handed on as text; every other body arrives in base64, forms included. */
const textTypes = /^(text\/.*|application\/(json|xml|javascript)|.*\+(json|xml))$/;

/** The path as an HTTP API sees it: decoded once, `%2F` too. Undefined when it is not percent-encoded UTF-8. */
export function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** The event of payload format 2.0. */
export function toEvent(request: ReceivedRequest, path: string, context: EventContext): object {
  const { match } = context;
  const { cookie, ...headers } = request.headers;
  const { query } = request;
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers,
    ...(query === '' ? {} : { queryStringParameters: joinedParameters(query) }),
    requestContext: {
      accountId: context.account,
      apiId: context.apiId,
      ...authorizerOf(context),
      ...authenticationOf(request),
      domainName: context.domainName,
      domainPrefix: context.domainName.split(/[.:]/)[0],
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceAddress,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: context.requestId,
      routeKey: match.route.key,
      stage: '$default',
      time: commonLogTime(context.now),
      timeEpoch: context.now,
    },
    ...(match.parameters === undefined ? {} : { pathParameters: match.parameters }),
    ...bodyOf(request),
  };
}

function authorizerOf({ caller, authorizer, account }: EventContext): { readonly authorizer?: object } {
  if (caller !== undefined) return { authorizer: { iam: iamIdentity(caller, account) } };
  return authorizer === undefined ? {} : { authorizer };
}

/** As API Gateway passes a certificate on: the names and the times as OpenSSL writes them. */
function authenticationOf({ clientCertificate: pem }: ReceivedRequest): { readonly authentication?: object } {
  if (pem === undefined) return {};
  const { subject, issuer, serialNumber, validFrom, validTo } = new X509Certificate(pem);
  const clientCert = {
    clientCertPem: pem.trim(),
    subjectDN: writtenName(subject),
    issuerDN: writtenName(issuer),
    serialNumber: serialNumber.toLowerCase().replaceAll(/..(?=.)/g, '$&:'),
    validity: { notBefore: validFrom, notAfter: validTo },
  };
  return { authentication: { clientCert } };
}

/** Of a certificate without a name there is no text, whatever its type says. */
function writtenName(steps: string | undefined = ''): string {
  return steps.split('\n').toReversed().join(',');
}

/** Two parameters of one name are joined by a comma. */
function joinedParameters(query: string): Readonly<Record<string, string>> {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const earlier = joined.get(name);
    joined.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return Object.fromEntries(joined);
}

function bodyOf({ body, headers }: ReceivedRequest): {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
} {
  if (body.length === 0) return { isBase64Encoded: false };
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (textTypes.test(type)) return { body: body.toString(), isBase64Encoded: false };
  return { body: body.toString('base64'), isBase64Encoded: true };
}

function iamIdentity({ accessKeyId, arn }: Principal, accountId: string): object {
  return {
    accessKey: accessKeyId,
    accountId,
    callerId: accessKeyId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: arn,
    userId: accessKeyId,
  };
}

/** `21/Nov/2026:03:45:21 +0000`. */
function commonLogTime(now: number): string {
  const [, day, month, year, time] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(now).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
