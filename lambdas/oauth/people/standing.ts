import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { PersonStanding } from '../../ports/people.ts';
import type { UpstreamProviders, UpstreamRefresh } from '../../ports/upstream.ts';
import type { KeptUpstream, SealedToken, Vault, VaultOutcome, VaultSeals } from '../../ports/vault.ts';
import { after, type Clock, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { AsClient } from '../enrolment/as-client.ts';
import { groupsOf, personOf } from './person.ts';

export interface StandingPorts {
  readonly upstream: Pick<UpstreamProviders, 'refresh'>;
  /** The provider, as that client is known there; undefined where it is no more. */
  readonly asClient: AsClient;
  readonly seals: VaultSeals;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Seconds for which an answer of the provider is good for all who ask. */
const rememberedSeconds = 60;
/** Seconds after a failure in which the provider is left alone. */
const failureSeconds = 5;
/**
 * Seconds that one may take to ask: longer than the function lives that asks, so that nobody sends a token that another one
 * may be sending.
 */
export const leaseSeconds = 26;
/** Who did not get the lease looks again after so many milliseconds, and gives up after so many looks. */
const pauseMilliseconds = 150;
const mostLooks = 45;
/** Milliseconds between the tries of a write that must not be lost. */
const settlePauses = [100, 400] as const;

/** Whether the person behind a grant still stands at their identity provider. */
export async function checkStanding(
  ports: StandingPorts,
  idp: IdentityProvider | undefined,
  grant: GrantId,
): Promise<PersonStanding> {
  // No deployment of the provider any more: there is nobody who could say that the person stands.
  if (idp === undefined) return { kind: 'ended', reason: 'idp_removed' };
  if (idp.state === 'disabled') return { kind: 'suspended', reason: 'idp_disabled' };
  for (let look = 0; look < mostLooks; look += 1) {
    if (look > 0) await ports.pause(pauseMilliseconds);
    const kept = await ports.vault.find(grant);
    if (kept?.idp !== idp.id) return { kind: 'not_kept' };
    const now = ports.clock();
    if (kept.unusedUntil !== undefined && now >= kept.unusedUntil) return { kind: 'not_kept' };
    const known = knownStanding(kept, now);
    if (known !== undefined) return known;
    const standing = await askOnce(ports, idp, kept);
    if (standing !== undefined) return standing;
  }
  throw unavailable(idp, 'another asks it');
}

/** What is known without asking. Throws where the provider could not be asked a moment ago. */
function knownStanding(kept: KeptUpstream, now: Instant): PersonStanding | undefined {
  const { ended, stoodAt, groups, failedAt } = kept;
  if (ended !== undefined) return { kind: 'ended', reason: ended.reason };
  if (now < after(stoodAt, rememberedSeconds)) return { kind: 'stands', ...(groups && { groups }) };
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
  const { vault, clock } = ports;
  const now = clock();
  const { sealed: token } = kept;
  if (token === undefined || (kept.lease && now < kept.lease.until)) return undefined;
  const attempt = ports.random(16);
  if (!(await vault.lease(kept, { attempt, until: after(now, leaseSeconds) }, now))) return undefined;
  const settle = (outcome: VaultOutcome) => settleFirmly(ports, kept.grant, attempt, outcome);
  let answer: Result<ProviderAnswer, string>;
  try {
    answer = await askProvider(ports, idp, { ...kept, sealed: token });
  } catch (error) {
    await settle({ kind: 'failed' });
    throw error instanceof DependencyUnavailable ? untilAskedAgain(error) : error;
  }
  if (!answer.ok) {
    await settle({ kind: 'ended', reason: answer.refusal });
    return { kind: 'ended', reason: answer.refusal };
  }
  const { refreshed, sealed } = answer.value;
  const outcome = judge(idp, kept, refreshed);
  await settle(outcome.kind === 'ended' ? outcome : { ...outcome, ...(sealed && { sealed }) });
  if (outcome.kind === 'failed') throw unavailable(idp, 'its answer cannot be believed');
  return outcome;
}

interface ProviderAnswer {
  readonly refreshed: UpstreamRefresh;
  /** What it rotated to: the old token may be spent, so that the new one is written whatever else was told. */
  readonly sealed: SealedToken | undefined;
}

/** Refused: why nobody will get an answer by that token again. */
async function askProvider(
  { asClient, seals, upstream }: StandingPorts,
  idp: IdentityProvider,
  kept: KeptUpstream & { readonly sealed: SealedToken },
): Promise<Result<ProviderAnswer, 'client_removed' | 'upstream_refused'>> {
  // RFC 6749 §6: a refresh token is for the client that it was issued to.
  const spokenTo = await asClient(idp, kept.client);
  if (spokenTo === undefined) return refuse('client_removed');
  const token = await seals.open(kept, kept.sealed);
  const refreshed = await upstream.refresh(spokenTo, token.refreshToken, token.subject);
  if (!refreshed.ok) return refuse('upstream_refused');
  const { rotated } = refreshed.value;
  const sealed = rotated && token.reseal({ ...token, refreshToken: rotated });
  return ok({ refreshed: refreshed.value, sealed });
}

/** A provider may have spent the kept token by now: what it gave in its place is not given up at the first failure. */
async function settleFirmly(
  { vault, clock, pause }: StandingPorts,
  grant: GrantId,
  attempt: string,
  outcome: VaultOutcome,
): Promise<void> {
  for (const wait of settlePauses) {
    try {
      await vault.settle(grant, attempt, outcome, clock());
      return;
    } catch {
      await pause(wait);
    }
  }
  await vault.settle(grant, attempt, outcome, clock());
}

type Judgement =
  | { readonly kind: 'stands'; readonly groups?: readonly string[] }
  | { readonly kind: 'ended'; readonly reason: string }
  | { readonly kind: 'failed' };

function judge(idp: IdentityProvider, kept: KeptUpstream, { told, byIdToken }: UpstreamRefresh): Judgement {
  const before = kept.groups && { groups: kept.groups };
  if (told === undefined) return { kind: 'stands', ...before };
  if (!told.ok) return { kind: 'failed' };
  if (byIdToken) {
    const person = personOf(idp, told.value);
    // OIDC Core §12.2: a refreshed id_token is of the same person.
    if (!person.ok || person.value.id !== kept.person)
      return { kind: 'ended', reason: 'upstream_other_person' };
  }
  const groups = groupsOf(idp, told.value);
  if (groups !== undefined) return { kind: 'stands', groups };
  // An id_token that tells of no group where groups are asked for says that there is none.
  return byIdToken && idp.groupsClaim !== undefined
    ? { kind: 'stands', groups: [] }
    : { kind: 'stands', ...before };
}

function unavailable(idp: { readonly id: string } | KeptUpstream, why: string): DependencyUnavailable {
  const id = 'idp' in idp ? idp.idp : idp.id;
  return new DependencyUnavailable(`identity provider ${id}`, {
    cause: new Error(why),
    retryAfterSeconds: failureSeconds,
  });
}

/** Whatever of ours failed on the way to the provider: nobody gets further before the provider is asked again. */
function untilAskedAgain({
  dependency,
  cause,
  retryAfterSeconds,
}: DependencyUnavailable): DependencyUnavailable {
  return new DependencyUnavailable(dependency, {
    cause,
    retryAfterSeconds: Math.max(retryAfterSeconds, failureSeconds),
  });
}
