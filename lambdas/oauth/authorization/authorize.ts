import type { Instant } from '../../runtime/clock.ts';
import type { RepeatableParameters } from '../parameters.ts';
import { lookUpRequest, writtenRequest } from './look-up.ts';
import type { Outcome } from './outcome.ts';
import { proceed } from './proceed.ts';
import type { AuthorizationRequest } from './read-authorization-request.ts';
import type { RequestRefusal } from './refusal.ts';
import { nowhere, toldClient } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import type { Result } from '../../runtime/result.ts';

/** What a client sent a person here with. */
export interface AuthorizationVisit extends Visit {
  readonly parameters: RepeatableParameters;
}

/** The authorization endpoint of a deployment that people sign in at (RFC 6749 §3.1). */
export function authorize(ports: SignInPorts): (visit: AuthorizationVisit, now: Instant) => Promise<Outcome> {
  return async (visit, now) => {
    const { parameters, sourceAddress } = visit;
    const counted = await ports.limit.count(sourceAddress, now);
    if (!counted.ok) return nowhere(ports, visit, counted.refusal, parameters.values.get('client_id'));
    const read = await lookUpRequest(ports.registry, parameters, now);
    if (!read.ok) return unsound(ports, visit, parameters, { ...read, consented: false });
    return proceed(ports, visit, { request: read.value, written: writtenRequest(parameters) }, now);
  };
}

type Unsound = Extract<Result<AuthorizationRequest, RequestRefusal>, { readonly ok: false }>;

/** A request that is not sound, or no longer; `consented`: though the person has said yes to it. */
export function unsound(
  ports: Pick<SignInPorts, 'audit'>,
  visit: Visit,
  { values }: RepeatableParameters,
  { refusal, consented }: Unsound & { readonly consented: boolean },
): Outcome {
  return refusal.tell === 'person'
    ? nowhere(ports, visit, refusal.refusal, values.get('client_id'))
    : toldClient(ports, visit, { ...refusal, consented });
}
