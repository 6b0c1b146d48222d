import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { PersonStanding } from '../../ports/people.ts';
import type { UpstreamProviders, UpstreamRefresh } from '../../ports/upstream.ts';
import type { KeptUpstream } from '../../ports/vault.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import {
  askProvider,
  failureSeconds,
  isOfAnother,
  type KeptPorts,
  leaseOf,
  unavailable,
  untilAnswered,
} from './kept-grant.ts';
import { groupsOf } from './person.ts';
import { isWaiting } from './waiting.ts';

export type StandingPorts = KeptPorts & { readonly upstream: Pick<UpstreamProviders, 'refresh'> };

/** Seconds for which an answer of the provider is good for all who ask. */
const rememberedSeconds = 60;

/**
 * Whether the person behind a grant still stands at their identity provider. `due`: it is asked only if what is kept is due at that
 * moment, so that of however many come to renew it, one does.
 */
export async function checkStanding(
  ports: StandingPorts,
  idp: IdentityProvider | undefined,
  grant: GrantId,
  due?: Instant,
): Promise<PersonStanding> {
  // No deployment of the provider any more: there is nobody who could say that the person stands.
  if (idp === undefined) return { kind: 'ended', reason: 'idp_removed' };
  if (idp.state === 'disabled') return { kind: 'suspended', reason: 'idp_disabled' };
  return untilAnswered(ports, idp, async () => {
    const kept = await ports.vault.find(grant);
    if (kept?.idp !== idp.id) return { kind: 'not_kept' };
    const now = ports.clock();
    if (kept.unusedUntil !== undefined && now >= kept.unusedUntil) return { kind: 'not_kept' };
    if (due !== undefined && kept.dueAt !== due) return toldLast(kept, now);
    return knownStanding(kept, now) ?? askOnce(ports, idp, kept);
  });
}

/** As it was told last, however long ago that is. */
function toldLast(kept: KeptUpstream, now: Instant): PersonStanding {
  return endedStanding(kept, now) ?? standing(kept.endsAt, kept.groups);
}

function endedStanding(kept: KeptUpstream, now: Instant): PersonStanding | undefined {
  if (isWaiting(kept, now)) return { kind: 'to_sign_in' };
  return kept.ended && { kind: 'ended', reason: kept.ended.reason };
}

/** What is known without asking. Throws where the provider could not be asked a moment ago. */
function knownStanding(kept: KeptUpstream, now: Instant): PersonStanding | undefined {
  const { stoodAt, groups, failedAt, endsAt } = kept;
  const ended = endedStanding(kept, now);
  if (ended !== undefined) return ended;
  if (now < after(stoodAt, rememberedSeconds)) return standing(endsAt, groups);
  if (failedAt !== undefined && now < after(failedAt, failureSeconds)) {
    throw unavailable(kept, 'it failed a moment ago');
  }
  return undefined;
}

/** Asks the provider, if nobody else does; undefined otherwise. */
async function askOnce(
  ports: StandingPorts,
  idp: IdentityProvider,
  kept: KeptUpstream,
): Promise<PersonStanding | undefined> {
  const leased = await leaseOf(ports, kept);
  if (leased === undefined) return undefined;
  const { settle } = leased;
  const answer = await askProvider(ports, idp, leased);
  if (!answer.ok) {
    const { refusal: reason } = answer;
    return reason === 'interaction_required' ? { kind: 'to_sign_in' } : { kind: 'ended', reason };
  }
  const { refreshed, sealed, end } = answer.value;
  const outcome = judge(idp, kept, refreshed);
  await settle(outcome.kind === 'ended' ? outcome : { ...outcome, ...end, ...(sealed && { sealed }) });
  if (outcome.kind === 'failed') throw unavailable(idp, 'its answer cannot be believed');
  return outcome.kind === 'ended' ? outcome : standing(end.endsAt, outcome.groups);
}

function standing(askBy: Instant | undefined, groups: readonly string[] | undefined): PersonStanding {
  return { kind: 'stands', ...(groups && { groups }), ...(askBy !== undefined && { askBy }) };
}

type Judgement =
  | { readonly kind: 'stands'; readonly groups?: readonly string[] }
  | { readonly kind: 'ended'; readonly reason: string }
  | { readonly kind: 'failed' };

function judge(idp: IdentityProvider, kept: KeptUpstream, { told, byIdToken }: UpstreamRefresh): Judgement {
  const before = kept.groups && { groups: kept.groups };
  if (told === undefined) return { kind: 'stands', ...before };
  if (!told.ok) return { kind: 'failed' };
  if (byIdToken && isOfAnother(idp, kept, told.value))
    return { kind: 'ended', reason: 'upstream_other_person' };
  const groups = groupsOf(idp, told.value);
  if (groups !== undefined) return { kind: 'stands', groups };
  // An id_token that tells of no group where groups are asked for says that there is none.
  return byIdToken && idp.groupsClaim !== undefined
    ? { kind: 'stands', groups: [] }
    : { kind: 'stands', ...before };
}
