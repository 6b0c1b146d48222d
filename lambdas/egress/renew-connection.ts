import type { Connection, ConnectionOutcome, ConnectionPlace } from '../ports/connections.ts';
import type { EgressProvider } from '../ports/egress-providers.ts';
import type { Instant } from '../runtime/clock.ts';
import type { ConnectionId } from '../runtime/identifiers.ts';
import { fraction } from '../runtime/random.ts';
import { refuse, type Result } from '../runtime/result.ts';
import { askedAgainAt, keptTokens, type Seal } from './kept-tokens.ts';
import {
  firmly,
  type Leased,
  leaseOf,
  pauseSeconds,
  throwIfLeftAlone,
  unavailable,
  untilAskedAgain,
  untilAnswered,
} from './lease.ts';
import { isMadeFor } from './made-for.ts';
import type { ConnectionPorts } from './ports.ts';
import type { GivenTokens } from './read-answer.ts';
import { refreshTokens } from './refresh-tokens.ts';
import type { ThirdPartyRefusal } from './refusal.ts';
import { latest } from './retry-after.ts';
import { serviceTokens } from './service-tokens.ts';
import { foundAt, toldOf } from './told.ts';

export type Renewal = 'renewed' | 'interaction_required' | 'gone';

/** The connection as it was when its token was over, or was refused. */
export interface AsSeen {
  readonly connection: ConnectionId;
  readonly version: number;
}

/**
 * Another access token for a connection; of all who ask for it at once, one asks the third party. Throws `DependencyUnavailable`
 * where that could not be asked, and for some seconds after.
 */
export async function renewConnection(
  ports: ConnectionPorts,
  place: ConnectionPlace,
  seen: AsSeen,
  requestId: string,
): Promise<Renewal> {
  const provider = await providerOf(ports, place);
  if (provider === undefined) return 'gone';
  return untilAnswered(ports, place.provider, async () => {
    const found = await ports.connections.find(place);
    if (found?.connection !== seen.connection) return 'gone';
    return knownOf(ports, found, seen) ?? renewOnce(ports, provider, foundAt(found, place), requestId);
  });
}

/** The third party, if it is one of which such an account is kept. */
export async function providerOf(
  { providers }: Pick<ConnectionPorts, 'providers'>,
  { provider: id, holder }: ConnectionPlace,
): Promise<EgressProvider | undefined> {
  const provider = await providers.find(id);
  const isOfService = provider?.credential.kind !== 'oauth2';
  return provider?.state === 'active' && isOfService === (holder.kind === 'service') ? provider : undefined;
}

/** What is known without asking. Throws where the third party could not be asked a moment ago. */
function knownOf(ports: ConnectionPorts, found: Connection, seen: AsSeen): Renewal | undefined {
  if (found.state === 'disconnecting') return 'gone';
  if (found.state === 'interaction_required') return 'interaction_required';
  const { version, failedAt } = found;
  // Each write that grows it but a failure brought another token.
  if (version > seen.version && failedAt === undefined) return 'renewed';
  throwIfLeftAlone(ports, found);
  return undefined;
}

/** Asks the third party, if nobody else does; undefined otherwise. */
export async function renewOnce(
  ports: ConnectionPorts,
  provider: EgressProvider,
  found: Connection,
  requestId: string,
): Promise<Renewal | undefined> {
  // What it is renewed by goes to nobody else who has the id of the third party by now.
  if (!isMadeFor(found, provider)) return 'interaction_required';
  const leased = await leaseOf(ports, found);
  if (leased === undefined) return undefined;
  const told = { requestId, ...toldOf(found) };
  const answer = await renewedTokens(ports, provider, leased);
  if (answer.ok) {
    await leased.settle({ kind: 'renewed', tokens: answer.value.tokens });
    ports.audit({ event: 'connection_renewed', ...told, rotated: answer.value.rotated });
    return 'renewed';
  }
  const { refusal } = answer;
  const outcome = outcomeOf(ports, leased, refusal);
  await leased.settle(outcome);
  if (outcome.kind === 'interaction_required') {
    ports.audit({ event: 'connection_lost', ...told, reason: outcome.reason });
    // The item holds nothing of it any more; what is kept elsewhere is found by nobody then.
    await firmly(ports, () => ports.seals.forget(found));
    return 'interaction_required';
  }
  ports.audit({ event: 'connection_renewal_failed', ...told, reason: refusal.error });
  const seconds = pauseSeconds(refusal, ports.clock());
  throw unavailable(provider.id, `it gives no token: ${refusal.error}`, seconds);
}

interface Renewed {
  readonly tokens: Extract<ConnectionOutcome, { readonly kind: 'renewed' }>['tokens'];
  readonly rotated: boolean;
}

/** Asks, and gives the lease back where something of ours fails on the way. */
async function renewedTokens(
  ports: ConnectionPorts,
  provider: EgressProvider,
  { connection, settle }: Leased,
): Promise<Result<Renewed, ThirdPartyRefusal>> {
  try {
    return await askForTokens(ports, provider, connection);
  } catch (error) {
    await settle(failedAgain(ports, connection));
    throw untilAskedAgain(error);
  }
}

/** What the third party gives, sealed; whoever asks holds the lease, and settles. */
export async function askForTokens(
  ports: ConnectionPorts,
  provider: EgressProvider,
  connection: Connection,
): Promise<Result<Renewed, ThirdPartyRefusal>> {
  // Before the third party is asked: what it gives is sealed without anything that could fail.
  const seal = await ports.seals.prepare(connection);
  const at = ports.clock();
  const given = await givenTo(ports, provider, connection);
  if (!given.ok) return given;
  const { credential } = provider;
  const refresh = credential.kind === 'oauth2' ? credential.refresh : ({ kind: 'none' } as const);
  const tokens = await keptTokens(given.value, {
    ...{ seal: firmSeal(ports, seal), asked: connection.upstreamScopes, before: connection, at },
    ...{ refreshKind: refresh.kind, share: fraction(ports.random) },
    idleSeconds: 'idleSeconds' in refresh ? refresh.idleSeconds : undefined,
  });
  return { ok: true, value: { tokens, rotated: given.value.refresh !== undefined } };
}

async function givenTo(
  ports: ConnectionPorts,
  provider: EgressProvider,
  connection: Connection,
): Promise<Result<GivenTokens, ThirdPartyRefusal>> {
  const { credential } = provider;
  if (credential.kind !== 'oauth2') return serviceTokens(ports, provider, credential);
  if (connection.grant === undefined) return refuse({ kind: 'lost', error: 'no_refresh_token' });
  const grant = await ports.seals.open(connection, 'grant', connection.grant);
  return refreshTokens(ports, provider, credential, { grant });
}

/** Where a seal is a write of its own, it is not given up at the first failure: the third party may have spent the token before. */
export function firmSeal(ports: Pick<ConnectionPorts, 'pause'>, seal: Seal): Seal {
  return (part, text) => firmly(ports, () => seal(part, text));
}

/** Nobody can connect the deployment's own account again: what it is refused is asked for again. */
function outcomeOf(
  ports: ConnectionPorts,
  { connection, isAfterSilence }: Leased,
  { kind, error, notBefore }: ThirdPartyRefusal,
): ConnectionOutcome {
  const isLost = (kind === 'lost' || kind === 'person') && connection.holder.kind !== 'service';
  if (!isLost) return failedAgain(ports, connection, notBefore);
  // Whoever asked before never said what it got: the third party may have given another token then, which nobody has.
  return {
    kind: 'interaction_required',
    reason: isAfterSilence && kind === 'lost' ? 'answer_lost' : error,
  };
}

function failedAgain(
  { clock }: ConnectionPorts,
  connection: Connection,
  notBefore?: Instant,
): ConnectionOutcome {
  const dueAt = askedAgainAt(connection, clock());
  return {
    kind: 'failed',
    ...(dueAt !== undefined && { dueAt: latest(dueAt, notBefore) }),
    ...(notBefore !== undefined && { notBefore }),
  };
}
