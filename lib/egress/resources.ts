import type { EgressConfig } from '../config/egress-config.ts';
import { resolveProvider } from './resolve.ts';

/** The resource that a third party is here: its tokens are for the proxy. */
export interface EgressResource {
  readonly id: string;
  readonly uri: string;
  readonly kind: 'egress';
  readonly name: string;
  /** The proxy takes tokens that are bound to a key as such. */
  readonly dpop: 'accepted';
  readonly scopes: Readonly<Record<string, string>>;
}

export function egressResources(egress: EgressConfig | undefined, issuer: string): readonly EgressResource[] {
  return (egress?.providers ?? []).map((entry) => {
    const { id, name, scopes } = resolveProvider(entry);
    const described = Object.entries(scopes).map(([scope, { description }]) => [scope, description] as const);
    return {
      ...{ id, uri: `${issuer}/egress/${id}`, kind: 'egress', name, dpop: 'accepted' },
      scopes: Object.fromEntries(described),
    };
  });
}
