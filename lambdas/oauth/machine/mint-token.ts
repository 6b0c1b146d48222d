import type { ApiRefusal, ApiScope, ApiToken, DownstreamApi } from '../../ports/downstream-apis.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type {
  KeptMachineToken,
  KeptMachineTokens,
  MachineAnswer,
  MachineOutcome,
  MachineRequest,
  MachineTokenName,
  MachineTokenSeals,
} from '../../ports/machine-tokens.ts';
import type { UpstreamProviders } from '../../ports/upstream.ts';
import { after, type Clock, type Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { Random } from '../../runtime/random.ts';
import type { Result } from '../../runtime/result.ts';
import { derivedText, readDerived } from '../people/derived-token.ts';
import {
  failureSeconds,
  leaseSeconds,
  unavailable,
  untilAskedAgain,
  untilAnswered,
} from '../people/kept-grant.ts';

export interface MintPorts {
  readonly upstream: Pick<UpstreamProviders, 'mint'>;
  readonly machineTokens: KeptMachineTokens;
  readonly machineSeals: MachineTokenSeals;
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Seconds before its end from which on a remembered token is given to nobody any more. */
const restSeconds = 60;
/** Seconds for which a refusal is that of all who ask: somebody may mend meanwhile what the provider says. */
const refusalSeconds = 5;
/** Characters; a longer one is given, and remembered by nobody. */
const longestKept = 16_384;
/** Of its life. Whoever asks ahead gets another one from the first on, and has to ask by the second. */
const [aheadShare, latestShare] = [0.6, 0.8];

/**
 * A token of an API for an agent as itself, by the client that we are at its identity provider; of many who ask for the same at
 * once, one asks the provider. There is no refresh token in it: it is minted again before it ends.
 */
export async function mintToken(
  ports: MintPorts,
  idp: IdentityProvider,
  api: DownstreamApi,
  asked: MachineRequest,
): Promise<MachineAnswer> {
  if (idp.state === 'disabled') return { kind: 'idp_disabled' };
  const scopes = allowedScopes(api, asked);
  if (scopes === undefined) return { kind: 'not_allowed' };
  const wanted = { idp, api, scopes, name: { idp: idp.id, digest: digestOf(api, asked.agent, scopes) } };
  return untilAnswered(ports, idp, async () => {
    const kept = await ports.machineTokens.find(wanted.name);
    const known = kept && (await remembered(ports, wanted, kept, asked.ahead === true));
    return known ?? mintOnce(ports, wanted, kept);
  });
}

interface Wanted {
  readonly idp: IdentityProvider;
  readonly api: DownstreamApi;
  readonly scopes: readonly ApiScope[];
  readonly name: MachineTokenName;
}

/** Default deny: undefined where the API does not give the agent each of them. */
function allowedScopes(
  { agents = [], scopes }: DownstreamApi,
  { agent, scopes: asked }: MachineRequest,
): readonly ApiScope[] | undefined {
  const given = agents.find((entry) => entry.agent === agent)?.scopes ?? [];
  if (asked.length === 0 || !asked.every((name) => given.includes(name))) return undefined;
  const named = scopes.filter(({ name }) => asked.includes(name));
  return named.length === new Set(asked).size ? named : undefined;
}

/** For whom and for what, and as the API was last declared: what was remembered of it before is nobody's any more. */
function digestOf(api: DownstreamApi, agent: string, scopes: readonly ApiScope[]): string {
  return sha256(JSON.stringify([agent, api, scopes.map(({ name }) => name).toSorted()]));
}

/** What is known without asking. Throws where the provider could not be asked a moment ago. */
async function remembered(
  { machineSeals, clock }: MintPorts,
  { idp, name }: Wanted,
  { token, refused, failedAt }: KeptMachineToken,
  ahead: boolean,
): Promise<MachineAnswer | undefined> {
  const now = clock();
  if (token !== undefined && now < (ahead ? shareOf(token, aheadShare) : token.until)) {
    const opened = readDerived(await machineSeals.open(name, token.sealed));
    return { kind: 'token', token: opened, askAgainBy: shareOf(token, latestShare) };
  }
  if (refused !== undefined && now < refused.until) return JSON.parse(refused.refusal) as ApiRefusal;
  if (failedAt !== undefined && now < after(failedAt, failureSeconds)) {
    throw unavailable(idp, 'it failed a moment ago');
  }
  return undefined;
}

type Life = Pick<NonNullable<KeptMachineToken['token']>, 'mintedAt' | 'until'>;

function shareOf({ mintedAt, until }: Life, share: number): Instant {
  return after(mintedAt, Math.floor((until - mintedAt) * share));
}

/** Asks the provider, if nobody else does; undefined otherwise. */
async function mintOnce(
  ports: MintPorts,
  wanted: Wanted,
  kept: KeptMachineToken | undefined,
): Promise<MachineAnswer | undefined> {
  const { machineTokens, clock, random } = ports;
  const now = clock();
  if (kept?.lease !== undefined && now < kept.lease.until) return undefined;
  const attempt = random(16);
  const lease = { attempt, until: after(now, leaseSeconds) };
  if (!(await machineTokens.lease(wanted.name, kept?.version ?? 0, lease, now))) return undefined;
  const settle = (outcome: MachineOutcome) => machineTokens.settle(wanted.name, attempt, outcome, clock());
  try {
    const told = await ports.upstream.mint(wanted.idp, wanted.api, wanted.scopes);
    const outcome = await outcomeOf(ports, wanted.name, told);
    await settle(outcome);
    if (!told.ok) return told.refusal;
    const askAgainBy = outcome.kind === 'minted' ? shareOf(outcome, latestShare) : undefined;
    return { kind: 'token', token: told.value, ...(askAgainBy !== undefined && { askAgainBy }) };
  } catch (error) {
    await settle({ kind: 'failed' });
    throw untilAskedAgain(error);
  }
}

async function outcomeOf(
  { machineSeals, clock }: MintPorts,
  name: MachineTokenName,
  told: Result<ApiToken, ApiRefusal>,
): Promise<MachineOutcome> {
  const now = clock();
  if (!told.ok) {
    return { kind: 'refused', refusal: JSON.stringify(told.refusal), until: after(now, refusalSeconds) };
  }
  const { accessToken, expiresAt } = told.value;
  // Of one that does not say when it ends, nobody knows whether it is good a moment later.
  const until = expiresAt && after(expiresAt, -restSeconds);
  if (until === undefined || until <= now || accessToken.reveal().length > longestKept) {
    return { kind: 'passed_on' };
  }
  const sealed = await machineSeals.seal(name, derivedText(told.value));
  return { kind: 'minted', sealed, mintedAt: now, until };
}
