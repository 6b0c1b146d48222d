import type { Principal } from '../aws/call.ts';
import type { Cloud } from '../aws/cloud.ts';
import { readSignature } from '../aws/sigv4.ts';
import type { ReceivedRequest } from './event.ts';
import { gatewayMessage, type GatewayResponse } from './response.ts';

export type Admission =
  | { readonly kind: 'open' }
  | { readonly kind: 'admitted'; readonly caller: Principal }
  /** `authorizer` is what the function is told under that name. */
  | { readonly kind: 'authorized'; readonly authorizer: object }
  /** `reason` is for the log; the caller learns what API Gateway says and no more. */
  | { readonly kind: 'refused'; readonly response: GatewayResponse; readonly reason: string };

export function refused(
  status: 401 | 403 | 500,
  reason: string,
  challenge?: string,
): Extract<Admission, { readonly kind: 'refused' }> {
  const messages = { 401: 'Unauthorized', 403: 'Forbidden', 500: 'Internal Server Error' };
  const { headers, ...answer } = gatewayMessage(status, messages[status]);
  const authenticate = challenge === undefined ? {} : { 'www-authenticate': challenge };
  return { kind: 'refused', response: { ...answer, headers: { ...headers, ...authenticate } }, reason };
}

/**
 * Decides whether a request may enter a route with `AuthorizationType: AWS_IAM`: signed with SigV4, and allowed
 * `execute-api:Invoke` on the route's ARN.
 */
export function admit(
  cloud: Pick<Cloud, 'authenticate' | 'authorize'>,
  request: ReceivedRequest,
  executeApiArn: string,
): Admission {
  const service = readSignature(request.headers)?.service;
  if (service !== undefined && service !== 'execute-api') {
    return refused(403, `the request is signed for ${service}, not for execute-api`);
  }
  const signed = cloud.authenticate(request);
  if (!signed.ok) return refused(403, signed.refusal);
  const decision = cloud.authorize(signed.principal, 'execute-api:Invoke', executeApiArn);
  if (decision !== 'allowed') return refused(403, decision.denied);
  return { kind: 'admitted', caller: signed.principal };
}
