import type { EgressProvider } from '../../ports/egress-providers.ts';
import type { PersonId } from '../../runtime/identifiers.ts';
import type { ConnectDeadEnd, ConnectOutcome, ConnectPorts, ConnectVisit } from './connect-ports.ts';
import { connectPath } from './find-provider.ts';

interface Known {
  /** Where it is one of ours. */
  readonly provider?: EgressProvider | undefined;
  readonly person?: PersonId | undefined;
  /** Where it can be begun again: for the account of that group, or for the person's own. */
  readonly again?: { readonly group?: string | undefined } | undefined;
}

/** What a third party calls an error (RFC 6749 §4.1.2.1) is told in these characters or not at all. */
const codeForm = /^[\w.:/-]{1,64}$/;

/** Tells the person and the audit trail why an account is not connected. */
export function refused(
  { audit }: Pick<ConnectPorts, 'audit'>,
  { requestId, sourceAddress }: Pick<ConnectVisit, 'requestId' | 'sourceAddress'>,
  deadEnd: ConnectDeadEnd,
  { provider, person, again }: Known = {},
): ConnectOutcome {
  const detail = detailOf(deadEnd);
  audit({
    event: 'connection_refused',
    ...{ requestId, sourceAddress, provider: provider?.id ?? 'unknown', reason: deadEnd.reason },
    ...(person !== undefined && { personId: person }),
    ...(detail !== undefined && { detail }),
  });
  return {
    ...{ go: 'refuse', deadEnd },
    ...(provider && { provider }),
    ...(provider && again && { again: connectPath(provider.id, again) }),
  };
}

/** Nobody chooses what stands on our pages and in our logs. */
export function errorCode(text: string): string {
  return codeForm.test(text) ? text : 'unknown_error';
}

function detailOf(deadEnd: ConnectDeadEnd): string | undefined {
  if (deadEnd.reason === 'denied') return deadEnd.error;
  if (deadEnd.reason !== 'not_connected') return undefined;
  const { refusal } = deadEnd;
  return refusal.kind === 'refused' ? errorCode(refusal.error) : refusal.kind;
}
