import type {
  APIGatewayEventRequestContextIAMAuthorizer,
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2WithRequestContext,
  APIGatewayProxyStructuredResultV2,
} from 'aws-lambda';
import { parseCookies } from './cookies.ts';
import { viewerAddress, withoutOriginSecret } from './edge.ts';
import type { HttpRequest, HttpResponse, IamIdentity } from './message.ts';

/** An event of the HTTP API, payload format 2.0, from a route with or without an AWS_IAM authorizer. */
export type GatewayEvent = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2 & {
    readonly authorizer?: Partial<APIGatewayEventRequestContextIAMAuthorizer>;
  }
>;

export type GatewayResult = APIGatewayProxyStructuredResultV2;

/** `isThroughEdge`: the event came by the edge, which says whose request it is. */
export function toRequest(event: GatewayEvent, isThroughEdge = false): HttpRequest {
  const { http, requestId, authorizer, authentication } = event.requestContext;
  const certificate = authentication?.clientCert.clientCertPem;
  const iam = iamIdentity(authorizer);
  return {
    method: http.method,
    path: event.rawPath,
    query: event.rawQueryString,
    headers: withoutOriginSecret(event.headers),
    cookies: parseCookies(event.cookies ?? []),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    sourceAddress: (isThroughEdge ? viewerAddress(event.headers) : undefined) ?? http.sourceIp,
    requestId,
    ...(iam && { iam }),
    ...(certificate !== undefined && { clientCertificate: certificate }),
  };
}

export function toResult({ status, headers, cookies, body, bytes }: HttpResponse): GatewayResult {
  return {
    ...{ statusCode: status, headers, ...(cookies && { cookies: [...cookies] }) },
    ...(bytes === undefined
      ? { body }
      : { body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true }),
  };
}

/** Whether the caller came by the domain where API Gateway asks for certificates. No header tells it. */
export function hasCertificate({ requestContext: { authentication } }: GatewayEvent): boolean {
  return authentication?.clientCert !== undefined;
}

/** Only a whole identity counts: an event that lost half of its authorizer carries none. */
function iamIdentity(authorizer: GatewayEvent['requestContext']['authorizer']): IamIdentity | undefined {
  const { userArn = '', accountId = '' } = authorizer?.iam ?? {};
  return userArn === '' || accountId === '' ? undefined : { userArn, accountId };
}
