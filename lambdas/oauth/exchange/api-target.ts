import type { DownstreamApis, KnownApi } from '../../ports/downstream-apis.ts';
import type { Resource } from '../../ports/registry.ts';
import type { ResourceUri, ScopeName } from '../../runtime/identifiers.ts';

/** What is exchanged for: a resource of ours, or an API behind an identity provider, which takes no token of ours. */
export interface ExchangeTarget {
  readonly uri: ResourceUri;
  readonly audience: string;
  readonly scopes: readonly { readonly name: ScopeName }[];
  readonly isOpaque: boolean;
  readonly is: { readonly resource: Resource } | { readonly api: KnownApi };
}

export function resourceTarget(resource: Resource): ExchangeTarget {
  const { uri, audience, scopes, tokens } = resource;
  return { uri, audience, scopes, isOpaque: tokens === 'opaque', is: { resource } };
}

export function apiTarget(apis: Pick<DownstreamApis, 'find'>, uri: ResourceUri): ExchangeTarget | undefined {
  const api = apis.find(uri);
  // Nobody here knows of what form its tokens are.
  return api && { uri, audience: uri, scopes: api.scopes, isOpaque: true, is: { api } };
}
