import * as oauth from 'oauth4webapi';
import { isPrivateUrl, protectedResourceMetadataUrl } from '../token-client/addresses.ts';
import { DiscoveryFailed, TemporarilyUnavailable } from './errors.ts';
import { answerMilliseconds, overLoopback, type Wire } from './wire.ts';

/** The metadata of an authorization server (RFC 8414, OpenID Connect Discovery), checked to be its own. */
export type FindServer = (issuer: string) => Promise<oauth.AuthorizationServer>;

/** Endpoints move when a deployment does, which is rare and must not need a restart. */
const freshSeconds = 3_600;

/** Asks once for all who wait, and keeps what is good for an hour. */
export function serverFinder(wire: Wire): FindServer {
  const found = new Map<
    string,
    { readonly metadata: Promise<oauth.AuthorizationServer>; readonly at: number }
  >();
  return (issuer) => {
    const known = found.get(issuer);
    if (known !== undefined && wire.now() < known.at + freshSeconds) return known.metadata;
    const metadata = readServer(wire, issuer);
    found.set(issuer, { metadata, at: wire.now() });
    metadata.catch(() => found.delete(issuer));
    return metadata;
  };
}

async function readServer(wire: Wire, issuer: string): Promise<oauth.AuthorizationServer> {
  if (!isPrivateUrl(issuer))
    throw new DiscoveryFailed(`${issuer}: an issuer is an https URL without fragment`);
  let last: Response | undefined;
  for (const algorithm of ['oauth2', 'oidc'] as const) {
    const response = await read(wire, issuer, (options) =>
      oauth.discoveryRequest(new URL(issuer), { ...options, algorithm }),
    );
    if (response.status === 200) return checkedServer(issuer, response);
    await response.body?.cancel();
    last = response;
  }
  if (last !== undefined && last.status >= 500) throw new TemporarilyUnavailable(issuer);
  throw new DiscoveryFailed(`${issuer} has no metadata of an authorization server`);
}

async function checkedServer(issuer: string, response: Response): Promise<oauth.AuthorizationServer> {
  // RFC 8414 §3.3: a document that names another issuer is somebody else's. Compared as text, as RFC 9207 compares it too.
  const metadata = await oauth.processDiscoveryResponse(new URL(issuer), response).catch(() => undefined);
  if (metadata?.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, '')) {
    throw new DiscoveryFailed(`the metadata of ${issuer} is malformed or names another issuer`);
  }
  if (metadata.token_endpoint === undefined || !isPrivateUrl(metadata.token_endpoint)) {
    throw new DiscoveryFailed(`the metadata of ${issuer} names no token endpoint at an https URL`);
  }
  return metadata;
}

/**
 * The resource that `url` belongs to, by the metadata that its challenge names, or by that at the well-known places of its
 * host (RFC 9728 §3). Rejects with `DiscoveryFailed` unless the resource trusts `issuer`, which alone gets to see what the
 * agent proves itself with.
 */
export async function findResource(
  wire: Wire,
  {
    url,
    issuer,
    named,
  }: { readonly url: string; readonly issuer: string; readonly named: string | undefined },
): Promise<string> {
  for (const address of metadataAddresses(url, issuer, named)) {
    const response = await read(wire, address, (options) =>
      wire.fetch(address, { headers: { accept: 'application/json' }, redirect: 'manual', ...options }),
    );
    if (response.status === 200) return checkedResource({ url, issuer, address, response });
    await response.body?.cancel();
    if (response.status >= 500) throw new TemporarilyUnavailable(address);
  }
  throw new DiscoveryFailed(
    `${originOf(url)} wants a token, and says nowhere which (no metadata of the resource)`,
  );
}

function metadataAddresses(url: string, issuer: string, named: string | undefined): readonly string[] {
  if (named !== undefined) {
    // RFC 9728 §7.7: a resource must not send its clients to just any address. Its own host and the issuer's are known.
    const known = [originOf(url), originOf(issuer)];
    if (isPrivateUrl(named) && known.includes(originOf(named))) return [named];
    throw new DiscoveryFailed(
      `${originOf(url)} has its metadata neither at its own host nor at that of ${issuer}: it is not read`,
    );
  }
  const bare = new URL(url);
  bare.search = '';
  bare.hash = '';
  // RFC 9728 §3.1, and the host's own as the last resort, as MCP has it.
  return [...new Set([protectedResourceMetadataUrl(bare.href), protectedResourceMetadataUrl(bare.origin)])];
}

async function checkedResource({
  url,
  issuer,
  address,
  response,
}: {
  readonly url: string;
  readonly issuer: string;
  readonly address: string;
  readonly response: Response;
}): Promise<string> {
  const document: unknown = await response.json().catch(() => undefined);
  const { resource, authorization_servers: servers } = (document ?? {}) as Record<string, unknown>;
  // RFC 9728 §3.3: whoever names another resource wants a token for that one.
  if (typeof resource !== 'string' || !isPrivateUrl(resource) || !covers(resource, url)) {
    throw new DiscoveryFailed(`the metadata at ${address} is not that of the resource which was asked`);
  }
  if (!Array.isArray(servers) || !servers.includes(issuer)) {
    throw new DiscoveryFailed(`${resource} takes no tokens of ${issuer}`);
  }
  return resource;
}

/** Whether a request to `url` is one to `resource`: the same host, and its path or one below. */
export function covers(resource: string, url: string): boolean {
  const [whole, part] = [new URL(resource), new URL(url)];
  if (whole.origin !== part.origin || (whole.search !== '' && whole.search !== part.search)) return false;
  const path = whole.pathname.replace(/\/$/, '');
  return part.pathname === whole.pathname || part.pathname.startsWith(`${path}/`) || part.pathname === path;
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? '';
}

/** A host that cannot be reached is no reason to believe anything of it. */
async function read(
  { fetch }: Wire,
  whom: string,
  ask: (options: {
    readonly signal: AbortSignal;
    readonly [oauth.customFetch]: (url: string, init: object) => Promise<Response>;
    readonly [overLoopback]: true;
  }) => Promise<Response>,
): Promise<Response> {
  try {
    return await ask({
      signal: AbortSignal.timeout(answerMilliseconds),
      [oauth.customFetch]: (url, init) => fetch(url, init),
      [overLoopback]: true,
    });
  } catch {
    throw new TemporarilyUnavailable(whom);
  }
}
