import type { ConnectRefusal, ConnectReturn, ConnectionSummary } from '../ports/connecting.ts';
import type { Connection, ConnectionBinding, KeptTokens } from '../ports/connections.ts';
import type { EgressProvider, OAuthEgress } from '../ports/egress-providers.ts';
import type { ConnectionId, ScopeName } from '../runtime/identifiers.ts';
import { fraction } from '../runtime/random.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { isGranted, keptTokens } from './kept-tokens.ts';
import { firmly, pauseSeconds, unavailable } from './lease.ts';
import { madeFor } from './made-for.ts';
import type { ConnectionPorts } from './ports.ts';
import type { GivenTokens } from './read-answer.ts';
import { codeTokens } from './refresh-tokens.ts';
import { firmSeal, providerOf } from './renew-connection.ts';
import { revokeGiven } from './revoke-given.ts';
import { summaryOf } from './summary.ts';
import { toldOf } from './told.ts';

/**
 * Makes a connection of the code that somebody brings back. What can be known before is judged before: the code is good once. What it
 * was connected by before is replaced once there is something to put in its place.
 */
export async function completeConnection(
  ports: ConnectionPorts,
  back: ConnectReturn,
  requestId: string,
): Promise<Result<ConnectionSummary, ConnectRefusal>> {
  const provider = await providerOf(ports, back);
  if (provider?.credential.kind !== 'oauth2') return refuse({ kind: 'provider_gone' });
  const { credential } = provider;
  const before = await ports.connections.find(back);
  if (before?.state === 'disconnecting') return refuse({ kind: 'busy' });
  const binding = bindingOf(ports, back);
  const seal = firmSeal(ports, await ports.seals.prepare(binding));
  const at = ports.clock();
  const given = await givenFor(ports, { provider, credential, back, isFirst: before === undefined });
  if (!given.ok) return given;
  const tokens = await keptTokens(given.value, {
    ...{ seal, asked: back.asked, at, share: fraction(ports.random) },
    ...{ refreshKind: credential.refresh.kind, idleSeconds: credential.refresh.idleSeconds },
  });
  const isMade = await put(ports, { binding, back, tokens, before, provider });
  if (!isMade) return refuse({ kind: 'busy' });
  const { agents } = back;
  ports.audit({
    ...{ event: 'connection_made', requestId, ...toldOf(binding) },
    ...{ agents: agents.map(({ agent }) => agent), scope: tokens.upstreamScopes.join(' ') },
  });
  return ok(summaryOf({ ...binding, ...tokens, ...madeOf(back, at), madeFor: madeFor(provider) }, provider));
}

function bindingOf({ random }: ConnectionPorts, { provider, holder }: ConnectReturn): ConnectionBinding {
  return { provider, holder, connection: random(16) as ConnectionId };
}

function madeOf(
  { agents, by }: ConnectReturn,
  connectedAt: Connection['connectedAt'],
): Pick<Connection, 'version' | 'state' | 'connectedAt' | 'connectedBy' | 'agents'> {
  return { version: 1, state: 'active', connectedAt, connectedBy: by, agents };
}

interface Asked {
  readonly provider: EgressProvider;
  readonly credential: OAuthEgress;
  readonly back: ConnectReturn;
  /** Whether there was no connection at its place. */
  readonly isFirst: boolean;
}

/** What the code is good for, if that is all that the agents need. */
async function givenFor(
  ports: ConnectionPorts,
  { provider, credential, back, isFirst }: Asked,
): Promise<Result<GivenTokens, ConnectRefusal>> {
  const given = await codeTokens(ports, provider, credential, back);
  if (!given.ok) {
    const { kind, error, notBefore } = given.refusal;
    // Not asked, or not able to answer: nobody has said anything against who came back.
    const isAway = notBefore !== undefined || /^(?:not_answered|status_(?:5\d\d|429))$/.test(error);
    if (kind === 'failed' && isAway) {
      const seconds = pauseSeconds(given.refusal, ports.clock());
      throw unavailable(provider.id, `it gives nothing for a code: ${error}`, seconds);
    }
    return refuse({ kind: 'refused', error });
  }
  const missing = missingIn(provider, back, given.value);
  if (missing.length === 0) return given;
  // Nobody keeps it. Of an account that is connected already it may be the same grant, which goes on.
  if (isFirst) await revokeGiven(ports, provider, credential, given.value);
  return refuse({ kind: 'scopes_missing', missing });
}

/** What the agents need of the third party, and it did not grant. */
function missingIn(
  { scopes }: EgressProvider,
  { agents, asked }: ConnectReturn,
  { scopes: told, refresh }: GivenTokens,
): readonly string[] {
  // RFC 6749 §5.1: left out, it is what was asked.
  const granted = told ?? asked;
  const wanted = new Set<ScopeName>(agents.flatMap((each) => each.scopes));
  const needed = scopes.filter(({ name }) => wanted.has(name)).flatMap(({ upstream }) => upstream);
  return [...new Set(needed)].filter((each) => {
    // OIDC Core §11: it is told by what it gives.
    if (each === 'offline_access' && refresh !== undefined) return false;
    return !isGranted(each, granted);
  });
}

interface Putting {
  readonly binding: ConnectionBinding;
  readonly back: ConnectReturn;
  readonly tokens: KeptTokens;
  readonly before: Connection | undefined;
  readonly provider: EgressProvider;
}

async function put(
  ports: ConnectionPorts,
  { binding, back, tokens, before, provider }: Putting,
): Promise<boolean> {
  const { connections, seals, random, clock } = ports;
  const attempt = random(16);
  const { agents, by: connectedBy } = back;
  const replaces = before && { connection: before.connection, version: before.version };
  const made = {
    ...{ ...binding, ...tokens, agents, connectedBy, madeFor: madeFor(provider), attempt },
    ...(replaces && { replaces }),
  };
  const isMade = await firmly(ports, () => connections.connect(made, clock()));
  const over = isMade ? before && { ...binding, connection: before.connection } : binding;
  if (over !== undefined) await firmly(ports, () => seals.forget(over));
  return isMade;
}
