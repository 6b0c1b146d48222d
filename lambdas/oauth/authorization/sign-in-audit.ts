import type { ConsentedScope } from '../../ports/consents.ts';
import type { Explained } from '../../ports/diagnosis.ts';
import type { Client } from '../../ports/registry.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { isLoggableClientId } from '../client-id.ts';
import { redirectKind } from '../redirect-uri.ts';
import { formatScope } from '../scope/scope.ts';
import { isVouchedFor } from './consent-standing.ts';
import type { ClientAnswer, DeadEnd, Leave, Outcome } from './outcome.ts';
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
    ...('document' in deadEnd && { detail: deadEnd.document.fault }),
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
    explained,
    consented,
  }: Pick<ClientAnswer, 'client'> & {
    readonly back: WayBack;
    readonly refusal: RedirectRefusal;
    readonly idp?: IdpId;
    /** Of what the identity provider said: what it comes from. */
    readonly explained?: Explained;
    /** Whether the person has said yes to the client, now or earlier. */
    readonly consented: boolean;
  },
): Outcome {
  audit({
    event: 'authorization_refused',
    ...{ requestId, sourceAddress, clientId: client.id, reason: refusal.reason, error: refusal.error },
    ...(idp !== undefined && { idp }),
    ...auditedFault(explained),
  });
  const leave = consented ? 'at_once' : leaveWithoutConsent(client, back);
  return { go: 'to_client', client, back, answer: { refusal }, leave };
}

/**
 * RFC 9700 §4.11.2: anybody can register a page of theirs and then have a request refused, or be told no, so that a link
 * to us would lead people there. A person's own machine is no such place, and applications on it wait for the answer.
 */
function leaveWithoutConsent(client: Client, { redirectUri }: WayBack): Leave {
  return redirectKind(redirectUri) === 'https' && !isVouchedFor(client) ? 'by_choice' : 'at_once';
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

/** What an administrator can do about it, as the audit trail has it. */
export function auditedFault(explained: Explained | undefined): {
  readonly finding?: string;
  readonly fix?: string;
} {
  return explained === undefined ? {} : { finding: explained.code, fix: explained.fix };
}
