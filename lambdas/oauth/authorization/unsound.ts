import type { Result } from '../../runtime/result.ts';
import type { RepeatableParameters } from '../parameters.ts';
import type { Outcome } from './outcome.ts';
import type { AuthorizationRequest } from './read-authorization-request.ts';
import type { RequestRefusal } from './refusal.ts';
import { nowhere, toldClient } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';

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
