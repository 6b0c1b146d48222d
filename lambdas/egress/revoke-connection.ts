import type { Connection, ConnectionOutcome, ConnectionPlace, KeptTokens } from '../ports/connections.ts';
import type { EgressProvider, EgressRevocation } from '../ports/egress-providers.ts';
import { after, type Instant } from '../runtime/clock.ts';
import { fraction } from '../runtime/random.ts';
import { askRevocation, type RevocationAnswer } from './ask-revocation.ts';
import { firmly, type Leased, leaseOf } from './lease.ts';
import { mayBeAsked } from './made-for.ts';
import type { ConnectionPorts } from './ports.ts';
import { askForTokens } from './renew-connection.ts';
import { mayLiveOn } from './refusal.ts';
import { latest } from './retry-after.ts';
import type { RevocationTokens } from './revocation-request.ts';
import { foundAt, toldOf } from './told.ts';

/** Between the tries, doubled from one to the next. Seconds. */
const pauses = { first: 60, most: 6 * 3_600 } as const;

/** Of a provider that is registered no more: about a week of tries. */
const mostFailuresGone = 35;

/** What came of it: it is no more at the third party, or only here, or it is asked again. */
export type Revocation = 'proved' | 'by_hand' | 'not_yet';

/**
 * Ends a connection that is disconnecting: asks the third party until that proves it, and removes it then. Of one that has no way
 * nothing is kept at once: whoever disconnected it is told what is left to do.
 */
export async function revokeConnection(
  ports: ConnectionPorts,
  provider: EgressProvider | undefined,
  place: ConnectionPlace,
  requestId: string,
): Promise<Revocation> {
  const first = await revokeOnce(ports, { provider, place, requestId, mayRenew: true });
  return first === 'renewed'
    ? notRenewed(await revokeOnce(ports, { provider, place, requestId, mayRenew: false }))
    : first;
}

function notRenewed(revocation: Revocation | 'renewed'): Revocation {
  return revocation === 'renewed' ? 'not_yet' : revocation;
}

interface Revoking {
  readonly provider: EgressProvider | undefined;
  readonly place: ConnectionPlace;
  readonly requestId: string;
  /** Whether it may ask for another access token first, where it takes one to revoke. */
  readonly mayRenew: boolean;
}

/** `renewed`: what it takes to ask is there now. */
async function revokeOnce(
  ports: ConnectionPorts,
  { provider, place, requestId, mayRenew }: Revoking,
): Promise<Revocation | 'renewed'> {
  const found = await ports.connections.find(place);
  if (found === undefined) return 'proved';
  if (found.notBefore !== undefined && ports.clock() < found.notBefore) return 'not_yet';
  const isOver = found.state === 'disconnecting';
  const leased = isOver ? await leaseOf(ports, foundAt(found, place)) : undefined;
  if (leased === undefined) return 'not_yet';
  const told = { requestId, ...toldOf(leased.connection) };
  const answer = await revoked(ports, provider, leased, mayRenew).catch(async (error: unknown) => {
    await leased.settle(againLater(ports, leased.connection));
    throw error;
  });
  if (answer.kind === 'renewed') {
    // It is kept before it is used: what it was had by may be spent.
    await leased.settle(answer);
    return 'renewed';
  }
  if (answer.kind !== 'proved' && answer.kind !== 'by_hand') {
    const { notBefore } = answer.kind === 'failed' ? answer : {};
    await leased.settle(againLater(ports, leased.connection, notBefore));
    const count = (leased.connection.failures ?? 0) + 1;
    ports.audit({ event: 'revocation_failed', ...told, count, reason: answer.error });
    return 'not_yet';
  }
  await end(ports, leased, answer.kind);
  const proof = answer.kind === 'by_hand' ? answer.kind : answer.proof;
  ports.audit({ event: 'connection_revoked', ...told, proof });
  return answer.kind;
}

/** What nobody opens any more is forgotten first where no third party has ended it; otherwise last, so that it can be asked again. */
async function end(
  ports: ConnectionPorts,
  { connection, remove }: Leased,
  how: 'proved' | 'by_hand',
): Promise<void> {
  const forget = (): Promise<void> => firmly(ports, () => ports.seals.forget(connection));
  if (how === 'by_hand') await forget();
  await remove();
  if (how === 'proved') await forget();
}

type Outcome =
  RevocationAnswer | { readonly kind: 'by_hand' } | { readonly kind: 'renewed'; readonly tokens: KeptTokens };

async function revoked(
  ports: ConnectionPorts,
  provider: EgressProvider | undefined,
  leased: Leased,
  mayRenew: boolean,
): Promise<Outcome> {
  const { connection } = leased;
  if (provider === undefined) return goneWith(connection);
  // Whoever has the id of the third party by now did not give it.
  if (!mayBeAsked(connection, provider)) return { kind: 'by_hand' };
  const { credential } = provider;
  // The deployment's own account was never granted to us by anybody: its secret is the operator's.
  if (credential.kind !== 'oauth2') return { kind: 'by_hand' };
  const { revocation } = credential;
  if (revocation.kind === 'by_hand') return { kind: 'by_hand' };
  if (connection.access === undefined && connection.grant === undefined) return lostBefore(connection);
  const tokens = await openTokens(ports, connection);
  const ask = (): Promise<Outcome> => askRevocation(ports, provider, credential, revocation, tokens);
  const way = wayOf(revocation, connection);
  if (way === 'any' || !mayRenew) return ask();
  const answer = isOver(ports, connection) ? undefined : await ask();
  const isStale = answer === undefined || answer.kind === way;
  return isStale ? renewed(ports, provider, leased) : answer;
}

/**
 * How the third party says that it wants another access token first: by refusing the one that we come with; or by not knowing the one
 * that we name, which may be over, or be revoked since an answer that was lost. `any`: it takes none.
 */
function wayOf(
  revocation: Exclude<EgressRevocation, { readonly kind: 'by_hand' }>,
  { grant }: Connection,
): 'refused' | 'unknown' | 'any' {
  if (revocation.kind !== 'api') return 'any';
  if (revocation.authentication === 'access_token') return 'refused';
  const isNamed = revocation.parameters.some(({ value }) => value.includes('{access_token}'));
  return isNamed && grant !== undefined ? 'unknown' : 'any';
}

/** What was being revoked when its provider went may come to its end if that is declared again; else whoever disconnects it is told. */
function goneWith({ failures = 0 }: Connection): Outcome {
  const isWaitedFor = failures > 0 && failures < mostFailuresGone;
  return isWaitedFor ? { kind: 'failed', error: 'provider_gone' } : { kind: 'by_hand' };
}

/** Forgotten then: the third party has said itself that it is no more, or nobody has anything to ask it by. */
function lostBefore({ reason }: Connection): Outcome {
  return mayLiveOn(reason) ? { kind: 'by_hand' } : gone;
}

async function openTokens({ seals }: ConnectionPorts, connection: Connection): Promise<RevocationTokens> {
  const { access, grant, facts } = connection;
  return {
    access: access && (await seals.open(connection, 'access', access)),
    refresh: grant && (await seals.open(connection, 'grant', grant)),
    facts,
  };
}

const gone = { kind: 'proved', proof: 'gone' } as const satisfies Outcome;

function isOver({ clock }: ConnectionPorts, { accessUntil }: Connection): boolean {
  return accessUntil !== undefined && clock() >= accessUntil;
}

/** Another access token, to revoke by. What gives none any more is over. */
async function renewed(
  ports: ConnectionPorts,
  provider: EgressProvider,
  { connection, isAfterSilence }: Leased,
): Promise<Outcome> {
  const answer = await askForTokens(ports, provider, connection);
  if (answer.ok) return { kind: 'renewed', tokens: answer.value.tokens };
  const { kind, ...why } = answer.refusal;
  if (kind !== 'lost') return { kind: 'failed', ...why };
  // The third party may have given another one, to somebody who never kept it: that is not proved to be over.
  return isAfterSilence ? { kind: 'by_hand' } : gone;
}

function againLater(
  { clock, random }: ConnectionPorts,
  { failures = 0 }: Connection,
  notBefore?: Instant,
): ConnectionOutcome {
  const seconds = Math.min(pauses.first * 2 ** Math.min(failures, 12), pauses.most);
  const dueAt = after(clock(), Math.floor(seconds * (0.75 + fraction(random) / 2)));
  return {
    ...{ kind: 'failed', dueAt: latest(dueAt, notBefore) },
    ...(notBefore !== undefined && { notBefore }),
  };
}
