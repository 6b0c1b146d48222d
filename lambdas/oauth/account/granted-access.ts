import type { ClientConsent, ConsentedScope } from '../../ports/consents.ts';
import type { RegistryReader, Resource, ScopeDefinition } from '../../ports/registry.ts';

/** What a person granted to one client, with the names that people know. */
export interface GrantedAccess {
  readonly consent: ClientConsent;
  readonly granted: readonly {
    readonly terms: ConsentedScope;
    /** Absent: not registered any more, or the person's own claims. */
    readonly resource?: Resource;
  }[];
}

/** Reads the resources of everything granted at once. */
export async function grantedAccess(
  registry: Pick<RegistryReader, 'resources'>,
  consents: readonly ClientConsent[],
): Promise<readonly GrantedAccess[]> {
  const uris = consents.flatMap(({ granted }) => granted.flatMap(({ resource }) => resource ?? []));
  const known = uris.length === 0 ? [] : await registry.resources([...new Set(uris)]);
  return consents.map((consent) => ({
    consent,
    granted: consent.granted.map((terms) => {
      const resource = known.find(({ uri }) => uri === terms.resource);
      return { terms, ...(resource && { resource }) };
    }),
  }));
}

/** How the resource describes a scope, where it defines it. */
export function definitionOf(resource: Resource | undefined, name: string): ScopeDefinition | undefined {
  return resource?.scopes.find((scope) => scope.name === name);
}
