import type { Principal } from '../aws/call.ts';
import type { Cloud } from '../aws/cloud.ts';
import { readSignature } from '../aws/sigv4.ts';
import type { ReceivedRequest } from './event.ts';

export type Admission =
  | { readonly kind: 'open' }
  | { readonly kind: 'admitted'; readonly caller: Principal }
  /** `reason` is for the log; the caller learns `Forbidden` and no more. */
  | { readonly kind: 'refused'; readonly reason: string };

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
    return { kind: 'refused', reason: `the request is signed for ${service}, not for execute-api` };
  }
  const signed = cloud.authenticate(request);
  if (!signed.ok) return { kind: 'refused', reason: signed.refusal };
  const decision = cloud.authorize(signed.principal, 'execute-api:Invoke', executeApiArn);
  if (decision !== 'allowed') return { kind: 'refused', reason: decision.denied };
  return { kind: 'admitted', caller: signed.principal };
}
