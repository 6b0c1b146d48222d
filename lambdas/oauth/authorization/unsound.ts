import type { Instant } from '../../runtime/clock.ts';
import type { Result } from '../../runtime/result.ts';
import type { RepeatableParameters } from '../parameters.ts';
import type { Outcome } from './outcome.ts';
import type { RequestRefusal } from './refusal.ts';
import { nowhere } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import { toldClient } from './tell-client.ts';

type Unsound = Extract<Result<never, RequestRefusal>, { readonly ok: false }>;

/** A request that is not sound, or no longer; `consented`: though the person has said yes to it. */
export function unsound(
  ports: Pick<SignInPorts, 'audit' | 'devices' | 'random'>,
  visit: Visit,
  { values }: RepeatableParameters,
  { refusal, consented }: Unsound & { readonly consented: boolean },
  now: Instant,
): Outcome | Promise<Outcome> {
  return refusal.tell === 'person'
    ? nowhere(ports, visit, refusal.refusal, values.get('client_id'))
    : toldClient(ports, visit, { ...refusal, consented }, now);
}
