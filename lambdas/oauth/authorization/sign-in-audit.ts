import type { ConsentedScope } from '../../ports/consents.ts';
import type { Explained } from '../../ports/diagnosis.ts';
import { isLoggableClientId } from '../client-id.ts';
import { formatScope } from '../scope/scope.ts';
import type { DeadEnd, Outcome } from './outcome.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';

/** Tells the person, and the audit trail once. `claimed`: what the caller said the client was, if anything. */
export function nowhere(
  { audit }: Pick<SignInPorts, 'audit'>,
  { requestId, sourceAddress }: Visit,
  deadEnd: DeadEnd,
  claimed?: string,
): Extract<Outcome, { readonly go: 'nowhere' }> {
  audit({
    event: 'authorization_refused',
    ...{ requestId, sourceAddress, reason: deadEnd.reason },
    ...('document' in deadEnd && { detail: deadEnd.document.fault }),
    ...(claimed !== undefined && isLoggableClientId(claimed) && { claimedClientId: claimed }),
  });
  return { go: 'nowhere', deadEnd };
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
