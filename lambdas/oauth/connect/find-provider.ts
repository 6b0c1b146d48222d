import type { EgressProvider, EgressProviders, OAuthEgress } from '../../ports/egress-providers.ts';
import type { EgressProviderId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';

/** A third party at which people have accounts that they can connect. */
export interface ConnectableProvider extends EgressProvider {
  readonly credential: OAuthEgress;
}

interface Refusal {
  readonly reason: 'provider_unknown' | 'provider_disabled' | 'provider_not_for_people';
}

/** No id is written otherwise; whoever asks chooses what is looked up. */
const idForm = /^[A-Za-z0-9_-]{1,64}$/;

/** The third party that the path names. */
export async function findProvider(
  providers: EgressProviders,
  id: string,
): Promise<Result<ConnectableProvider, Refusal>> {
  const provider = idForm.test(id) ? await providers.find(id as EgressProviderId) : undefined;
  if (provider === undefined) return refuse({ reason: 'provider_unknown' });
  if (provider.state !== 'active') return refuse({ reason: 'provider_disabled' });
  return isConnectable(provider) ? ok(provider) : refuse({ reason: 'provider_not_for_people' });
}

export function isConnectable(provider: EgressProvider): provider is ConnectableProvider {
  return provider.credential.kind === 'oauth2';
}

/** The page on which an account is connected, which asks for no more than it says. */
export function connectPath(
  provider: EgressProviderId,
  {
    agent,
    scope,
    group,
  }: {
    readonly agent?: string | undefined;
    readonly scope?: string | undefined;
    readonly group?: string | undefined;
  } = {},
): `/${string}` {
  const asked = Object.entries({ agent, scope, group }).filter((pair): pair is [string, string] => !!pair[1]);
  const query = new URLSearchParams(asked).toString();
  // A browser keeps it in a cookie while the person signs in.
  return `/connect/${provider}${query === '' || query.length > longestQuery ? '' : `?${query}`}`;
}

const longestQuery = 1_000;
