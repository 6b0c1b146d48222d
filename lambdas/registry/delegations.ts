import type { RegistryStore } from '../ports/registry-store.ts';
import type { Delegation, Resource } from '../ports/registry.ts';
import type { AgentId, ResourceUri } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { DeclaredDelegation } from './declaration/delegation.ts';
import { invalid, isNamed, knownAmong, textOf } from './references.ts';
import type { FieldRefusal } from './refusal.ts';

/** The member of a thing that has it or not. */
export interface Delegations {
  readonly delegations?: readonly Delegation[];
}

/** Replaces the names of targets by their URIs; each target and each scope there must be registered. */
export async function resolveDelegations(
  store: RegistryStore,
  declared: readonly DeclaredDelegation[] | undefined,
  actor?: AgentId,
): Promise<Result<Delegations, FieldRefusal>> {
  if (declared === undefined) return ok({});
  const known = await knownAmong(
    store,
    declared.map(({ resource }) => resource),
  );
  const delegations: Delegation[] = [];
  for (const [position, entry] of declared.entries()) {
    const field = `delegations[${position}]`;
    const target = known.find((candidate) => isNamed(candidate, entry.resource));
    const fix = target === undefined ? unregistered : targetProblem(target, delegations, actor);
    if (fix !== undefined || target === undefined) {
      return refuse(invalid(`${field}.resource`, textOf(entry.resource), fix ?? unregistered));
    }
    const unknown = unknownScope(entry, target, field);
    if (unknown !== undefined) return refuse(unknown);
    delegations.push({ ...entry, resource: target.uri });
  }
  return ok({ delegations });
}

/** The same by the declaration alone, whose targets are URIs. */
export function trustDelegations(
  declared: readonly DeclaredDelegation[] | undefined,
): Result<Delegations, FieldRefusal> {
  if (declared === undefined) return ok({});
  const uris: ResourceUri[] = [];
  for (const [position, { resource }] of declared.entries()) {
    if (!('uri' in resource)) {
      return refuse(
        invalid(`delegations[${position}].resource`, resource.id, 'must be the URI of a resource'),
      );
    }
    uris.push(resource.uri);
  }
  const delegations = declared.flatMap((entry, position) => {
    const resource = uris[position];
    return resource === undefined ? [] : [{ ...entry, resource }];
  });
  return ok({ delegations });
}

const unregistered = 'is not a registered resource; register it first';

function targetProblem(
  target: Resource,
  earlier: readonly Delegation[],
  actor: AgentId | undefined,
): string | undefined {
  if (earlier.some(({ resource }) => resource === target.uri)) {
    return 'has two entries by different names; put their scopes into one';
  }
  return actor !== undefined && target.agentId === actor
    ? 'is the agent itself, for which callers get tokens of their own; remove it'
    : undefined;
}

function unknownScope(entry: DeclaredDelegation, target: Resource, field: string): FieldRefusal | undefined {
  const defined = target.scopes.map(({ name }) => name);
  const position = entry.scopes.findIndex(({ name }) => !defined.includes(name));
  const scope = entry.scopes[position];
  if (scope === undefined) return undefined;
  const fix = `is no scope of "${target.id}"; it defines ${defined.join(', ')}`;
  return invalid(`${field}.scopes[${position}].name`, scope.name, fix);
}
