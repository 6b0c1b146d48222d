import type { DownstreamApi } from '../../ports/downstream-apis.ts';
import type { Resource } from '../../ports/registry.ts';
import type { ResourceUri, ScopeName } from '../../runtime/identifiers.ts';

/** What is exchanged for: a resource of ours, or an API behind an identity provider, which takes no token of ours. */
export interface ExchangeTarget {
  readonly uri: ResourceUri;
  readonly audience: string;
  readonly scopes: readonly { readonly name: ScopeName }[];
  readonly isOpaque: boolean;
  readonly is: { readonly resource: Resource } | { readonly api: DownstreamApi };
}

export function resourceTarget(resource: Resource): ExchangeTarget {
  const { uri, audience, scopes, tokens } = resource;
  return { uri, audience, scopes, isOpaque: tokens === 'opaque', is: { resource } };
}

export function apiTarget(api: DownstreamApi): ExchangeTarget {
  const { uri, scopes } = api;
  // Nobody here knows of what form its tokens are.
  return { uri, audience: uri, scopes, isOpaque: true, is: { api } };
}
