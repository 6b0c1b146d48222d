import type { ConsentedScope } from '../../ports/consents.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { isLoggableClientId } from '../client-id.ts';
import { formatScope } from '../scope/scope.ts';
import type { ClientAnswer, DeadEnd, Outcome } from './outcome.ts';
import type { AuthorizationRequest } from './read-authorization-request.ts';
import type { RedirectRefusal, WayBack } from './refusal.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';

/** Tells the person, and the audit trail once. `claimed`: what the caller said the client was, if anything. */
export function nowhere(
  { audit }: Pick<SignInPorts, 'audit'>,
  { requestId, sourceAddress }: Visit,
  deadEnd: DeadEnd,
  claimed?: string,
): Outcome {
  audit({
    event: 'authorization_refused',
    ...{ requestId, sourceAddress, reason: deadEnd.reason },
    ...(claimed !== undefined && isLoggableClientId(claimed) && { claimedClientId: claimed }),
  });
  return { go: 'nowhere', deadEnd };
}

/** Tells the client, and the audit trail once. */
export function toldClient(
  { audit }: Pick<SignInPorts, 'audit'>,
  { requestId, sourceAddress }: Visit,
  {
    client,
    back,
    refusal,
    idp,
  }: Pick<ClientAnswer, 'client'> & {
    readonly back: WayBack;
    readonly refusal: RedirectRefusal;
    readonly idp?: IdpId;
  },
): Outcome {
  audit({
    event: 'authorization_refused',
    ...{ requestId, sourceAddress, clientId: client.id, reason: refusal.reason, error: refusal.error },
    ...(idp !== undefined && { idp }),
  });
  return { go: 'to_client', client, back, answer: { refusal } };
}

export function wayBack({ redirectUri, state }: AuthorizationRequest): WayBack {
  return { redirectUri, ...(state !== undefined && { state }) };
}

/** What was asked for or granted, as the audit trail has it. */
export function auditedScope({ resource, scope }: ConsentedScope): {
  readonly resource?: string;
  readonly scope: string;
} {
  return { ...(resource !== undefined && { resource }), scope: formatScope(scope) };
}
