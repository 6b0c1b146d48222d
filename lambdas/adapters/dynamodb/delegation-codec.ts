import * as v from 'valibot';
import type { Delegation } from '../../ports/registry.ts';
import type { ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import type { Plain } from './attributes.ts';
import { text } from './stored.ts';

const storedDelegation = v.object({
  resource: text,
  scopes: v.array(v.object({ name: text, from: v.array(text) })),
  subjects: v.array(v.picklist(['person', 'agent', 'workload'])),
  mode: v.picklist(['delegation', 'impersonation']),
  refresh: v.exactOptional(v.literal(true)),
});

/** An attribute of agents and resources alike. */
export const storedDelegations = v.array(storedDelegation);

export function delegationsAttribute(delegations: readonly Delegation[] | undefined): Plain | undefined {
  return delegations?.map(({ resource, scopes, subjects, mode, refresh }) => ({
    ...{ resource, subjects, mode, refresh },
    scopes: scopes.map(({ name, from }) => ({ name, from })),
  }));
}

export function delegationsOf(stored: v.InferOutput<typeof storedDelegations> | undefined): {
  readonly delegations?: readonly Delegation[];
} {
  if (stored === undefined) return {};
  const delegations = stored.map(({ resource, scopes, ...rest }) => ({
    ...rest,
    resource: resource as ResourceUri,
    scopes: scopes.map(({ name, from }) => ({ name: name as ScopeName, from: from as ScopeName[] })),
  }));
  return { delegations };
}
