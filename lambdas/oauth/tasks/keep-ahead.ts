import { downstreamDependency } from '../../ports/downstream.ts';
import type { Grants, StoredGrant } from '../../ports/grants.ts';
import type { KeptStandings } from '../../ports/kept-grants.ts';
import type { KeptToRenew } from '../../ports/task-work.ts';
import { after, type Clock, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { Audit } from '../../runtime/events.ts';
import type { ProviderGate } from '../../tasks/circuit.ts';
import { type HeldPorts, heldNowAt } from '../grants/held-now.ts';

export interface KeepAheadPorts extends HeldPorts {
  readonly grants: Pick<Grants, 'find' | 'end'>;
  readonly kept: KeptStandings;
  readonly providers: ProviderGate;
  readonly clock: Clock;
  readonly audit: Audit;
}

/** Clocks of instances differ by less: what one has for over, no other goes on with. Seconds. */
const surelySeconds = 3_600;

/**
 * Asks with what is kept of a person before it ends by itself, as a refresh would, as long as a refresh token of ours rests on it. What
 * cannot be asked now stays due, and a later sweep sends it again.
 */
export async function keepAhead(ports: KeepAheadPorts, due: KeptToRenew, requestId: string): Promise<void> {
  const { id: grantId, idp } = due;
  const now = ports.clock();
  if ((await ports.providers.admit(idp, now)) !== undefined) return;
  const of = { requestId, grantId, idp };
  const grant = await ports.grants.find(grantId);
  if (grant === undefined || isOver(grant, now)) {
    await ports.standings.forget(grantId);
    ports.audit({ event: 'kept_grant_forgotten', ...of });
    return;
  }
  const why = await whyNot(ports, due, grant, { now, requestId });
  ports.audit(
    why === undefined
      ? { event: 'kept_grant_renewed', ...of }
      : { event: 'kept_grant_not_renewed', ...of, ...why },
  );
}

/** Ended, or with no refresh token that anybody could use by any clock. */
function isOver({ family, ended }: StoredGrant, now: Instant): boolean {
  return ended !== undefined || family === undefined || now >= after(family.idleUntil, surelySeconds);
}

interface WhyNot {
  readonly reason: string;
  readonly again: boolean;
}

async function whyNot(
  { providers, kept, ...ports }: KeepAheadPorts,
  { idp, dueAt }: KeptToRenew,
  { terms }: StoredGrant,
  context: { readonly now: Instant; readonly requestId: string },
): Promise<WhyNot | undefined> {
  const { now } = context;
  try {
    const standing = await kept.renew(terms.id, idp, dueAt);
    await providers.answered(idp, now);
    const standings = { ...ports.standings, check: () => Promise.resolve(standing) };
    const held = await heldNowAt({ ...ports, standings }, terms, context);
    if (held.ok) return undefined;
    const { refusal } = held;
    return { reason: refusal.reason === 'grant_ended' ? refusal.why : refusal.reason, again: false };
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    const { dependency } = error;
    if ([`identity provider ${idp}`, downstreamDependency].includes(dependency)) {
      await providers.failed(idp, now);
    }
    return { reason: dependency, again: true };
  }
}
