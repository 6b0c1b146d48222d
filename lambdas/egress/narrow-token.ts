import type { NarrowedToken } from '../ports/connecting.ts';
import type { Connection, ConnectionPlace } from '../ports/connections.ts';
import type { EgressProvider, EgressScope } from '../ports/egress-providers.ts';
import { after, type Instant } from '../runtime/clock.ts';
import type { ConnectionId, ScopeName } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { installationToken } from './installation.ts';
import { isGranted } from './kept-tokens.ts';
import { pauseSeconds, throwIfLeftAlone, unavailable } from './lease.ts';
import { isMadeFor } from './made-for.ts';
import type { ConnectionPorts } from './ports.ts';
import type { GivenTokens } from './read-answer.ts';
import { refreshTokens } from './refresh-tokens.ts';
import type { ThirdPartyRefusal } from './refusal.ts';
import { providerOf } from './renew-connection.ts';
import { foundAt } from './told.ts';

interface Asked {
  readonly connection: ConnectionId;
  readonly scopes: readonly ScopeName[];
  readonly resources: readonly string[];
}

export type NotNarrowed = 'interaction_required' | 'gone' | 'not_narrowable' | 'refused';

/**
 * A token of the third party itself that is good for no more than was asked. It is kept nowhere. One that turns out to be good for more
 * is given to nobody.
 */
export async function narrowToken(
  ports: ConnectionPorts,
  place: ConnectionPlace,
  asked: Asked,
): Promise<Result<NarrowedToken, NotNarrowed>> {
  const provider = await providerOf(ports, place);
  const found = provider && (await ports.connections.find(place));
  if (provider === undefined || found?.connection !== asked.connection) return refuse('gone');
  const unusable = whyUnusable(found, provider);
  if (unusable !== undefined) return refuse(unusable);
  const scopes = provider.scopes.filter(({ name }) => asked.scopes.includes(name));
  const upstream = narrowing(scopes);
  // Nothing to narrow by is everything.
  if (upstream.length === 0) return refuse('not_narrowable');
  const now = ports.clock();
  const given = await narrowed(ports, provider, foundAt(found, place), upstream, asked.resources);
  if (given === undefined) return refuse('not_narrowable');
  if (!given.ok) return refuse(notNarrowed(provider, given.refusal, ports.clock()));
  const granted = given.value.scopes ?? upstream;
  const isWider = granted.some((each) => !isGranted(each, [...upstream, ...ofNoResource]));
  if (isWider) return refuse('not_narrowable');
  return ok(tokenOf(given.value, scopes, granted, now));
}

function whyUnusable(found: Connection, provider: EgressProvider): NotNarrowed | undefined {
  if (found.state === 'disconnecting') return 'gone';
  return found.state === 'active' && isMadeFor(found, provider) ? undefined : 'interaction_required';
}

/** What is asked of the third party: no other refresh token, which nobody would keep. */
function narrowing(scopes: readonly EgressScope[]): readonly string[] {
  const all = scopes.flatMap(({ upstream }) => upstream);
  return [...new Set(all)].filter((each) => each !== 'offline_access');
}

/** OIDC Core §5.4, §11; and GitHub gives every token the first of its permissions. They open nothing of what is the account's. */
const ofNoResource = ['openid', 'profile', 'email', 'offline_access', 'metadata:read'];

/** Undefined where the third party has no way to give less than all. */
async function narrowed(
  ports: ConnectionPorts,
  provider: EgressProvider,
  { grant, ...connection }: Connection,
  upstream: readonly string[],
  resources: readonly string[],
): Promise<Result<GivenTokens, ThirdPartyRefusal> | undefined> {
  const { credential } = provider;
  if (credential.kind === 'github_app') {
    throwIfLeftAlone(ports, connection);
    return installationToken(ports, provider, credential, {
      ...{ permissions: upstream, repositories: resources },
    });
  }
  // One that is good once is asked with for the connection alone.
  const canNarrow =
    credential.kind === 'oauth2' &&
    credential.refresh.narrows === true &&
    credential.refresh.kind === 'stable';
  if (!canNarrow || grant === undefined || resources.length > 0) return undefined;
  throwIfLeftAlone(ports, connection);
  const opened = await ports.seals.open(connection, 'grant', grant);
  return refreshTokens(ports, provider, credential, { grant: opened, scopes: upstream });
}

/** Throws where a moment later it may be another answer. */
function notNarrowed(
  { id }: EgressProvider,
  refusal: ThirdPartyRefusal,
  now: Instant,
): Extract<NotNarrowed, 'interaction_required' | 'refused'> {
  const { kind, error } = refusal;
  if (kind === 'lost' || kind === 'person') return 'interaction_required';
  if (error === 'invalid_scope' || error === 'invalid_request' || error === 'unknown_error') return 'refused';
  throw unavailable(id, `it gives no narrowed token: ${error}`, pauseSeconds(refusal, now));
}

function tokenOf(
  { access, accessSeconds }: GivenTokens,
  scopes: readonly EgressScope[],
  granted: readonly string[],
  now: Instant,
): NarrowedToken {
  const whole = scopes.filter((scope) => narrowing([scope]).every((each) => isGranted(each, granted)));
  return {
    accessToken: access.reveal(),
    ...(accessSeconds !== undefined && { expiresAt: after(now, accessSeconds) }),
    scopes: whole.map(({ name }) => name),
  };
}
