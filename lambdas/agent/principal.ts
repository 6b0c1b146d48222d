import { isPrivateUrl } from '../token-client/addresses.ts';
import { challengeOf, type TokenChallenge } from './challenge.ts';
import { findResource } from './discovery.ts';
import { DiscoveryFailed } from './errors.ts';
import type { Grant } from './grants.ts';
import { type AccessToken, accessToken, type Own, present, type Presenting, resourceOf } from './present.ts';
import { scopeOf } from './remedies.ts';
import { repeatable } from './requests.ts';
import type { TokenSource } from './token-source.ts';
import { type ThirdParty, thirdParty, type ThirdPartyOptions } from './third-party.ts';
import { type Fetch, unlessAborted } from './wire.ts';

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
  /** A third party behind the vault, by the id that it is registered under. Throws a TypeError for what is no id. */
  readonly thirdParty: (provider: string, options?: ThirdPartyOptions) => ThirdParty;
  /** The token for a registered resource, for what is no `fetch`. Rejects with an `AgentError`. */
  readonly token: (resource: string, options?: TokenOptions) => Promise<AccessToken>;
}

/** What all principals of one agent share. */
export interface Shared extends Presenting {
  readonly issuer: string;
  /** Resources that asked for a token before. */
  readonly resources: Set<string>;
}

const mostResources = 1_000;

export function principal(shared: Shared, own: Own): Principal {
  const { issuer, wire, resources } = shared;

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
      const known = resourceOf(resources, request.url);
      if (known !== undefined) return present(shared, own, request, known);
      const response = await request.withoutToken(wire.fetch);
      if (response.status !== 401) return response;
      await response.body?.cancel();
      if (!isPrivateUrl(request.url)) {
        throw new DiscoveryFailed(`${new URL(request.url).origin}: tokens go over https only`);
      }
      return present(shared, own, request, await discover(request.url, challengeOf(response)));
    },
    thirdParty: (provider, options = {}) => thirdParty(shared, own, provider, options),
    token: async (resource, { scope, signal } = {}) => {
      const wish = own.wishFor(resource);
      return accessToken(
        await own.get(scope === undefined ? wish : { ...wish, scope: scopeOf(scope) }, signal),
      );
    },
  };
}

/** The tokens that a grant gives somebody. */
export function grantedTokens(
  { issuer, tokens }: { readonly issuer: string; readonly tokens: TokenSource },
  holder: readonly string[],
  grant: Grant,
): Own {
  /** What the servers said they want, in the name of this principal: another may have more or less. */
  const scopes = new Map<string, string>();
  return {
    wishFor: (resource) => ({ issuer, resource, scope: scopes.get(resource) }),
    get: (wish, signal) => unlessAborted(tokens.get(holder, wish, grant), signal),
    drop: (wish, refused) => tokens.drop(holder, wish, refused),
    want: (resource, scope) => scopes.set(resource, scopeOf(scope)),
  };
}
