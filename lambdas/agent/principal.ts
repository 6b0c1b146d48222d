import type { DPoPHandle } from 'oauth4webapi';
import { isPrivateUrl } from '../token-client/addresses.ts';
import type { IssuedToken } from '../token-client/token-answer.ts';
import { challengeOf, type TokenChallenge } from './challenge.ts';
import { covers, findResource } from './discovery.ts';
import { DiscoveryFailed, TokenRefused } from './errors.ts';
import type { Grant, TokenWish } from './grants.ts';
import { withinPatience } from './patience.ts';
import { remedyFor, scopeOf, type Remedy } from './remedies.ts';
import { repeatable, type RepeatableRequest } from './requests.ts';
import type { TokenSource } from './token-source.ts';
import { unlessAborted, type Fetch, type Wire } from './wire.ts';

/** An access token for one resource, to be presented there and nowhere else. */
export interface AccessToken {
  readonly value: string;
  readonly type: 'Bearer' | 'DPoP';
  /** Seconds since 1970; undefined where the server does not say. */
  readonly expiresAt: number | undefined;
  /** What was granted, where the server says so; it may be less than what was asked. */
  readonly scope: string | undefined;
}

export interface TokenOptions {
  /** Space-separated. Default: what the authorization server gives for this resource. */
  readonly scope?: string;
  readonly signal?: AbortSignal;
}

/** Somebody in whose name the agent acts: itself, or whoever sent it a token. */
export interface Principal {
  /**
   * `fetch` with the token that the server wants: found out from its challenge, got, kept, renewed and presented. Answers
   * what the server answers; rejects with an `AgentError` where no token can be had. Redirects are not followed.
   */
  readonly fetch: Fetch;
  /** The token for a registered resource, for what is no `fetch`. Rejects with an `AgentError`. */
  readonly token: (resource: string, options?: TokenOptions) => Promise<AccessToken>;
}

/** What all principals of one agent share. */
export interface Shared {
  readonly issuer: string;
  readonly wire: Wire;
  readonly tokens: TokenSource;
  readonly dpop: DPoPHandle | undefined;
  readonly patienceSeconds: number;
  /** Resources that asked for a token before. */
  readonly resources: Set<string>;
}

const mostResources = 1_000;

export function principal(shared: Shared, holder: readonly string[], grant: Grant): Principal {
  const { issuer, wire, resources } = shared;
  /** What the servers said they want, in the name of this principal: another may have more or less. */
  const scopes = new Map<string, string>();
  const own: Own = {
    wishFor: (resource) => ({ issuer, resource, scope: scopes.get(resource) }),
    get: (wish, signal) => unlessAborted(shared.tokens.get(holder, wish, grant), signal),
    drop: (wish, refused) => shared.tokens.drop(holder, wish, refused),
    want: (resource, scope) => scopes.set(resource, scopeOf(scope)),
  };

  /** Finds the resource behind the first refusal, and what it wants. */
  async function discover(url: string, challenge: TokenChallenge | undefined): Promise<string> {
    const resource = await findResource(wire, { url, issuer, named: challenge?.resourceMetadata });
    if (resources.size < mostResources) resources.add(resource);
    if (challenge?.scope !== undefined) own.want(resource, challenge.scope);
    return resource;
  }

  return {
    fetch: async (input, init) => {
      const request = await repeatable(input, init);
      const known = longestOf([...resources].filter((resource) => covers(resource, request.url)));
      if (known !== undefined) return present(shared, own, request, known);
      const response = await request.withoutToken(wire.fetch);
      if (response.status !== 401) return response;
      await response.body?.cancel();
      if (!isPrivateUrl(request.url)) {
        throw new DiscoveryFailed(`${new URL(request.url).origin}: tokens go over https only`);
      }
      return present(shared, own, request, await discover(request.url, challengeOf(response)));
    },
    token: async (resource, { scope, signal } = {}) => {
      const wish = own.wishFor(resource);
      const issued = await own.get(scope === undefined ? wish : { ...wish, scope: scopeOf(scope) }, signal);
      const { value, expiresAt, scope: granted } = issued;
      return { value, type: issued.type === 'DPoP' ? 'DPoP' : 'Bearer', expiresAt, scope: granted };
    },
  };
}

/** The tokens of one principal. */
interface Own {
  readonly wishFor: (resource: string) => TokenWish;
  readonly get: (wish: TokenWish, signal?: AbortSignal) => Promise<IssuedToken>;
  readonly drop: (wish: TokenWish, refused: IssuedToken) => Promise<void>;
  readonly want: (resource: string, scope: string) => void;
}

/** Sends the request with a token, and again after each remedy, none of which is tried twice. */
async function present(
  { wire, dpop, patienceSeconds }: Shared,
  own: Own,
  request: RepeatableRequest,
  resource: string,
): Promise<Response> {
  const tried = new Set<Remedy['kind']>();
  for (;;) {
    const wish = own.wishFor(resource);
    const held = await own.get(wish, request.signal);
    const key = held.type === 'DPoP' ? dpop : undefined;
    const response = await withinPatience(wire, patienceSeconds, () =>
      request.withToken(wire.fetch, held, key),
    );
    const remedy = remedyFor(response, wish.scope);
    if (remedy === undefined || tried.has(remedy.kind)) return response;
    tried.add(remedy.kind);
    if (remedy.kind === 'another-token') await own.drop(wish, held);
    if (remedy.kind === 'more-scope') {
      // What is not to be had is answered as the server answered it: its challenge says what was missing.
      if (!(await isToBeHad(own, { ...wish, scope: remedy.scope }, request.signal))) return response;
      own.want(resource, remedy.scope);
    }
    await response.body?.cancel();
  }
}

async function isToBeHad(own: Own, wish: TokenWish, signal: AbortSignal): Promise<boolean> {
  try {
    await own.get(wish, signal);
    return true;
  } catch (error) {
    if (error instanceof TokenRefused && error.error === 'invalid_scope') return false;
    throw error;
  }
}

function longestOf(resources: readonly string[]): string | undefined {
  return resources.toSorted((left, right) => right.length - left.length)[0];
}
