import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type {
  RefreshRefusal,
  RefreshWish,
  SpokenTo,
  UpstreamClaims,
  UpstreamProviders,
  UpstreamRefresh,
} from '../../ports/upstream.ts';
import type {
  KeptUpstream,
  OpenedToken,
  SealedToken,
  TokenEnd,
  Vault,
  VaultOutcome,
  VaultSeals,
} from '../../ports/vault.ts';
import { after, type Clock, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { fraction, type Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { untilKnown } from '../../runtime/until-known.ts';
import type { AsClient } from '../enrolment/as-client.ts';
import { askedAgain, keptUntil } from './kept-life.ts';
import { personOf } from './person.ts';

/** What it takes to ask with a kept refresh token. */
export interface KeptPorts {
  /** The provider, as that client is known there; undefined where it is no more. */
  readonly asClient: AsClient;
  readonly seals: VaultSeals;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Seconds after a failure in which the provider is left alone. */
export const failureSeconds = 5;
/**
 * Seconds that one may take to ask: longer than the function lives that asks, so that nobody sends a token that another one
 * may be sending.
 */
export const leaseSeconds = 26;
/** Milliseconds between the tries of a write that must not be lost. */
const settlePauses = [100, 400] as const;

/** Looks until something is known. Throws where another asks it for longer than anybody waits. */
export async function untilAnswered<Known>(
  { pause }: Pick<KeptPorts, 'pause'>,
  idp: IdentityProvider,
  look: () => Promise<Known | undefined>,
): Promise<Known> {
  const known = await untilKnown(pause, look);
  if (known === undefined) throw unavailable(idp, 'another asks it');
  return known;
}

/** A kept token that nobody else sends meanwhile. */
export interface LeasedToken {
  readonly kept: KeptUpstream & { readonly sealed: SealedToken };
  readonly settle: (outcome: VaultOutcome) => Promise<void>;
}

/** Undefined where somebody else has it, or had it since it was read. */
export async function leaseOf(ports: KeptPorts, kept: KeptUpstream): Promise<LeasedToken | undefined> {
  const { vault, clock } = ports;
  const now = clock();
  const { sealed } = kept;
  if (sealed === undefined || (kept.lease && now < kept.lease.until)) return undefined;
  const attempt = ports.random(16);
  if (!(await vault.lease(kept, { attempt, until: after(now, leaseSeconds) }, now))) return undefined;
  return {
    kept: { ...kept, sealed },
    settle: (outcome) => settleFirmly(ports, kept.grant, attempt, outcome),
  };
}

/** A provider may have spent the kept token by now: what it gave in its place is not given up at the first failure. */
async function settleFirmly(
  { vault, clock, pause }: KeptPorts,
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

export interface ProviderAnswer {
  readonly refreshed: UpstreamRefresh;
  /** What it rotated to: the old token may be spent, so that the new one is written whatever else was told. */
  readonly sealed: SealedToken | undefined;
  /** When the token ends that it takes from now on. */
  readonly end: TokenEnd;
  /** The provider, as it was spoken to. */
  readonly spokenTo: SpokenTo;
  readonly token: OpenedToken;
}

/** Why nobody gets an answer by a kept token again. `interaction_required`: it is lost, and the person signs in for another one. */
type NoAnswer = 'client_removed' | 'upstream_refused' | 'interaction_required';

/**
 * Sends the token, and settles where there is nothing to go on with. Refused: why nobody will get an answer by that token
 * again.
 */
export async function askProvider(
  ports: KeptPorts & { readonly upstream: Pick<UpstreamProviders, 'refresh'> },
  idp: IdentityProvider,
  { kept, settle }: LeasedToken,
  wish?: RefreshWish,
): Promise<Result<ProviderAnswer, NoAnswer>> {
  let answer: Result<ProviderAnswer, NoAnswer>;
  try {
    answer = await refreshKept(ports, idp, kept, wish);
  } catch (error) {
    await settle({ kind: 'failed', ...askedAgain(kept, ports.clock()) });
    throw untilAskedAgain(error);
  }
  if (!answer.ok) await settle({ kind: 'ended', reason: answer.refusal });
  return answer;
}

async function refreshKept(
  { asClient, seals, upstream, clock, random }: Parameters<typeof askProvider>[0],
  idp: IdentityProvider,
  kept: LeasedToken['kept'],
  wish: RefreshWish | undefined,
): ReturnType<typeof askProvider> {
  // RFC 6749 §6: a refresh token is for the client that it was issued to.
  const spokenTo = await asClient(idp, kept.client);
  if (spokenTo === undefined) return refuse('client_removed');
  const token = await seals.open(kept, kept.sealed);
  const askedAt = clock();
  const refreshed = await upstream.refresh(spokenTo, token.refreshToken, token.subject, wish);
  // Whoever had the lease before never said what came of it, and the provider may have rotated the token for them. Within a grace
  // of its own it has taken the token again; one that has none knows nothing against the person.
  if (!refreshed.ok)
    return refuse(isOfPerson(kept, refreshed.refusal, askedAt) ? 'upstream_refused' : 'interaction_required');
  const { rotated, refreshSeconds } = refreshed.value;
  const sealed = rotated && token.reseal({ ...token, refreshToken: rotated });
  const end = keptUntil(idp, refreshSeconds, askedAt, fraction(random));
  return ok({ refreshed: refreshed.value, sealed, end, spokenTo, token });
}

/** Whether it is the provider's word against the person: not where it wants to see them, nor of a token that had run out. */
function isOfPerson({ lease, endsAt }: KeptUpstream, refusal: RefreshRefusal, now: Instant): boolean {
  const hasRunOut = endsAt !== undefined && now >= endsAt;
  return lease === undefined && !hasRunOut && refusal === 'invalid_grant';
}

/** OIDC Core §12.2: a refreshed id_token is of the same person. */
export function isOfAnother(idp: IdentityProvider, kept: KeptUpstream, claims: UpstreamClaims): boolean {
  const person = personOf(idp, claims);
  return !person.ok || person.value.id !== kept.person;
}

export function unavailable(idp: { readonly id: string } | KeptUpstream, why: string): DependencyUnavailable {
  const id = 'idp' in idp ? idp.idp : idp.id;
  return new DependencyUnavailable(`identity provider ${id}`, {
    cause: new Error(why),
    retryAfterSeconds: failureSeconds,
  });
}

/** Whatever of ours failed on the way to the provider: nobody gets further before the provider is asked again. */
export function untilAskedAgain(error: unknown): unknown {
  if (!(error instanceof DependencyUnavailable)) return error;
  const { dependency, cause, retryAfterSeconds } = error;
  return new DependencyUnavailable(dependency, {
    cause,
    retryAfterSeconds: Math.max(retryAfterSeconds, failureSeconds),
  });
}
