import type { Instant } from '../runtime/clock.ts';
import type { Leased, RefreshPorts } from './ports.ts';
import type { Confirmation } from './renewal.ts';

/** Of what could not be asked for: our own limit, or a circuit that is open. */
export interface PutOff {
  readonly kind: 'put_off';
  readonly until: Instant;
}

/** Asks what a leased task rests on, where its identity provider may be asked. `pressed`: even where it may not. */
export async function ask(
  { confirm, providers }: Pick<RefreshPorts, 'confirm' | 'providers'>,
  { task, now }: Pick<Leased, 'task' | 'now'>,
  { pressed }: { readonly pressed: boolean },
): Promise<Confirmation | PutOff> {
  const { basis } = task.terms;
  if (basis.kind === 'agent') return confirm(task, now);
  const until = await providers.admit(basis.idp, now);
  if (until !== undefined && !pressed) return { kind: 'put_off', until };
  const confirmation = await confirm(task, now);
  if (confirmation.kind !== 'unreachable') await providers.answered(basis.idp, now);
  else if (confirmation.idp !== undefined && !confirmation.interaction) {
    await providers.failed(confirmation.idp, now);
  }
  return confirmation;
}
