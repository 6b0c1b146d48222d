import type {
  ApiAnswer,
  ApiRefusal,
  ApiRequest,
  ApiScope,
  ApiToken,
  DownstreamApi,
} from '../../ports/downstream-apis.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { UpstreamProviders, UpstreamRefresh } from '../../ports/upstream.ts';
import type { DerivedToken, KeptUpstream } from '../../ports/vault.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { Secret } from '../../runtime/secret.ts';
import { refuse, type Result } from '../../runtime/result.ts';
import { derivedText, readDerived } from './derived-token.ts';
import {
  askProvider,
  failureSeconds,
  isOfAnother,
  type KeptPorts,
  leaseOf,
  type LeasedToken,
  type ProviderAnswer,
  unavailable,
  untilAskedAgain,
  untilAnswered,
} from './kept-grant.ts';

export type ExchangePorts = KeptPorts & {
  readonly upstream: Pick<UpstreamProviders, 'refresh' | 'presents' | 'exchange'>;
};

/** Seconds before its end from which on a remembered token is given to nobody any more. */
const restSeconds = 60;
/** Seconds for which a refusal is that of all who ask: the person may do meanwhile what the provider wants. */
const refusalSeconds = 5;
/** What is kept beside one refresh token: the item of a grant has at most 400 kB. */
const mostDerived = 8;
/** Characters; a longer one is given, and remembered by nobody. */
const longestKept = 16_384;

/**
 * A token of an API behind the identity provider of a person, in exchange for what is kept of their sign-in; of many who ask
 * for the same at once, one asks the provider. What came of it is kept beside the refresh token and ends with it.
 */
export async function exchangeKept(
  ports: ExchangePorts,
  idp: IdentityProvider,
  api: DownstreamApi,
  asked: ApiRequest,
): Promise<ApiAnswer> {
  if (idp.state === 'disabled') return { kind: 'idp_disabled' };
  const scopes = api.scopes.filter(({ name }) => asked.scopes.includes(name));
  const wanted = { api, scopes, name: nameOf(api, asked, scopes) };
  return untilAnswered(ports, idp, async () => {
    const kept = await ports.vault.find(asked.grant);
    const now = ports.clock();
    if (kept === undefined || !isUsable(kept, idp, asked, now)) return { kind: 'not_kept' };
    if (kept.ended !== undefined) return { kind: 'ended', reason: kept.ended.reason };
    return (await remembered(ports, kept, wanted.name, now)) ?? askOnce(ports, idp, kept, wanted);
  });
}

interface Wanted {
  readonly api: DownstreamApi;
  readonly scopes: readonly ApiScope[];
  readonly name: string;
}

/**
 * By whom and for what, and as the API was last declared: once that is changed, disabled or removed, what was remembered of
 * it is nobody's any more.
 */
function nameOf(api: DownstreamApi, { actor }: ApiRequest, scopes: readonly ApiScope[]): string {
  return sha256(JSON.stringify([actor, api, scopes.map(({ name }) => name).toSorted()]));
}

function isUsable(
  { idp: keptAt, person, unusedUntil }: KeptUpstream,
  idp: IdentityProvider,
  asked: ApiRequest,
  now: Instant,
): boolean {
  return keptAt === idp.id && person === asked.person && (unusedUntil === undefined || now < unusedUntil);
}

/** What is known without asking. Throws where the provider could not be asked a moment ago. */
async function remembered(
  { seals }: ExchangePorts,
  kept: KeptUpstream,
  name: string,
  now: Instant,
): Promise<ApiAnswer | undefined> {
  const found = kept.derived?.find((each) => each.name === name && now < each.until);
  if (found?.refusal !== undefined) return JSON.parse(found.refusal) as ApiRefusal;
  if (found?.sealed !== undefined) {
    const token = readDerived(await seals.openDerived(kept, name, found.sealed));
    return { kind: 'token', token };
  }
  if (kept.failedAt !== undefined && now < after(kept.failedAt, failureSeconds)) {
    throw unavailable(kept, 'it failed a moment ago');
  }
  return undefined;
}

/** Asks the provider, if nobody else does; undefined otherwise. */
async function askOnce(
  ports: ExchangePorts,
  idp: IdentityProvider,
  kept: KeptUpstream,
  wanted: Wanted,
): Promise<ApiAnswer | undefined> {
  const leased = await leaseOf(ports, kept);
  if (leased === undefined) return undefined;
  const presents = ports.upstream.presents(idp, wanted.api);
  const answer = await askProvider(ports, idp, leased, presents.wish);
  if (!answer.ok) return { kind: 'ended', reason: answer.refusal };
  const { refreshed, sealed, end } = answer.value;
  // The provider may have spent the old one: this is safe before anything else is asked.
  if (sealed !== undefined) await leased.settle({ kind: 'rotated', sealed, ...end });
  const fault = faultIn(idp, kept, refreshed);
  if (fault !== undefined) return endOf(idp, leased, fault);
  const token = refreshed.presentable?.[presents.kind];
  const told = await exchangeOnce(ports, leased, wanted, answer.value, token);
  await leased.settle({
    kind: 'derived',
    derived: derivedOf(leased, wanted, answer.value, told, ports.clock()),
  });
  return told.ok ? { kind: 'token', token: told.value } : told.refusal;
}

type Fault = 'upstream_other_person' | 'unbelievable';

/** An answer of another person is none of this grant. Groups are nobody's question here: they are as they were. */
function faultIn(
  idp: IdentityProvider,
  kept: KeptUpstream,
  { told, byIdToken }: UpstreamRefresh,
): Fault | undefined {
  if (told?.ok === false) return 'unbelievable';
  const isOther = told !== undefined && byIdToken && isOfAnother(idp, kept, told.value);
  return isOther ? 'upstream_other_person' : undefined;
}

async function endOf(idp: IdentityProvider, { settle }: LeasedToken, fault: Fault): Promise<ApiAnswer> {
  if (fault === 'upstream_other_person') {
    await settle({ kind: 'ended', reason: fault });
    return { kind: 'ended', reason: fault };
  }
  await settle({ kind: 'failed' });
  throw unavailable(idp, 'its answer cannot be believed');
}

async function exchangeOnce(
  { upstream }: ExchangePorts,
  { settle }: LeasedToken,
  { api, scopes }: Wanted,
  { spokenTo }: ProviderAnswer,
  token: Secret | undefined,
): Promise<Result<ApiToken, ApiRefusal>> {
  if (token === undefined) return refuse({ kind: 'refused', error: 'nothing_to_present' });
  try {
    return await upstream.exchange(spokenTo, api, { token, scopes });
  } catch (error) {
    await settle({ kind: 'failed' });
    throw untilAskedAgain(error);
  }
}

/** What is kept from now on: what counts yet of the rest, the newest first to stay, and what was told. */
function derivedOf(
  { kept }: LeasedToken,
  { name }: Wanted,
  { token: opened }: ProviderAnswer,
  told: Result<ApiToken, ApiRefusal>,
  now: Instant,
): readonly DerivedToken[] {
  const others = (kept.derived ?? []).filter((each) => each.name !== name && now < each.until);
  const own = told.ok
    ? keptToken(name, told.value, now, opened.sealDerived)
    : keptRefusal(name, told.refusal, now);
  return [...others, ...(own === undefined ? [] : [own])].slice(-mostDerived);
}

function keptToken(
  name: string,
  token: ApiToken,
  now: Instant,
  seal: (name: string, text: Secret) => DerivedToken['sealed'],
): DerivedToken | undefined {
  // Of one that does not say when it ends, nobody knows whether it is good a moment later.
  const until = token.expiresAt && after(token.expiresAt, -restSeconds);
  if (until === undefined || until <= now || token.accessToken.reveal().length > longestKept)
    return undefined;
  const sealed = seal(name, derivedText(token));
  return { name, until, ...(sealed && { sealed }) };
}

function keptRefusal(name: string, refusal: ApiRefusal, now: Instant): DerivedToken {
  return { name, until: after(now, refusalSeconds), refusal: JSON.stringify(refusal) };
}
