import type { CallTime } from '../../ports/third-party-calls.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Audit } from '../../runtime/events.ts';
import type { Result } from '../../runtime/result.ts';
import type { EgressRequest } from './asked-call.ts';
import { type CallPorts, decideCall, type DecidedCall } from './decide-call.ts';
import type { CallerNames, EgressCaller } from './caller.ts';
import { inTime } from './in-time.ts';
import { type EgressAnswer, makeCall } from './make-call.ts';
import type { CallRefusal } from './refusal.ts';

/** One call of a third party, decided, made and written to the audit trail. */
export type CallThirdParty = (
  request: EgressRequest,
  caller: EgressCaller,
  now: Instant,
) => Promise<Result<EgressAnswer, CallRefusal>>;

/** All of a request has the time of one call, whose caller is judged in it too. */
export type BeginEgressCall = () => CallThirdParty;

export function egressCalls(ports: CallPorts & { readonly audit: Audit }): BeginEgressCall {
  return () => callThirdParty(ports, ports.begin());
}

function callThirdParty(ports: CallPorts & { readonly audit: Audit }, time: CallTime): CallThirdParty {
  return async (request, caller, now) => {
    const call = { ...callNames(request, caller.names), connection: caller.detail.connection };
    const refused = (reason: string) => {
      ports.audit({ event: 'egress_refused', ...call, reason });
    };
    try {
      const decided = await inTime(time, 'unsent', () => decideCall(ports, request, caller, now));
      if (!decided.ok) {
        refused(decided.refusal.reason);
        return decided;
      }
      return await made(ports, time, decided.value, refused, call);
    } catch (error) {
      refused('unavailable');
      throw error;
    }
  };
}

async function made(
  ports: CallPorts & { readonly audit: Audit },
  time: CallTime,
  decided: DecidedCall,
  refused: (reason: string) => void,
  call: AuditedCall,
): Promise<Result<EgressAnswer, CallRefusal>> {
  const outcome = await makeCall(ports, time, decided);
  const { rule } = decided;
  if (outcome.ok) {
    const { status, redacted } = outcome.value;
    ports.audit({ event: 'egress_called', ...call, rule, status, redacted });
  } else if (outcome.refusal.status >= 502 && outcome.refusal.isUndone !== true) {
    // Something may have been sent, and done.
    ports.audit({ event: 'egress_called', ...call, rule, status: outcome.refusal.status, redacted: 0 });
  } else {
    refused(outcome.refusal.reason);
  }
  return outcome;
}

/** What the audit trail tells of every call: never its path, its query, its headers or its body. */
export interface AuditedCall extends Partial<CallerNames> {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly provider: string;
  readonly method: string;
  readonly connection?: string;
}

export function callNames(
  { requestId, sourceAddress, provider, method }: Omit<AuditedCall, keyof CallerNames | 'connection'>,
  names?: CallerNames,
): AuditedCall {
  return { requestId, sourceAddress, ...names, provider, method };
}
