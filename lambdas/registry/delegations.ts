import type { DownstreamApi } from '../ports/downstream-apis.ts';
import type { RegistryStore } from '../ports/registry-store.ts';
import type { Delegation, Resource } from '../ports/registry.ts';
import type { AgentId, ResourceUri } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { DeclaredDelegation } from './declaration/delegation.ts';
import { invalid, isNamed, namesOf, textOf } from './references.ts';
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
  const names = namesOf(declared.map(({ resource }) => resource));
  const known: readonly Target[] = [...(await store.resources(names)), ...(await store.apis(names))];
  const delegations: Delegation[] = [];
  for (const [position, entry] of declared.entries()) {
    const field = `delegations[${position}]`;
    const target = known.find((candidate) => isNamed(candidate, entry.resource));
    const fix = target === undefined ? unregistered : targetProblem(target, delegations, actor);
    if (fix !== undefined || target === undefined) {
      return refuse(invalid(`${field}.resource`, textOf(entry.resource), fix ?? unregistered));
    }
    const problem = modeProblem(entry, target, field) ?? unknownScope(entry, target, field);
    if (problem !== undefined) return refuse(problem);
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

const unregistered = 'is not a registered resource or API; register it first';

/** A resource, or an API behind an identity provider. */
type Target = Resource | DownstreamApi;

function targetProblem(
  target: Target,
  earlier: readonly Delegation[],
  actor: AgentId | undefined,
): string | undefined {
  if (earlier.some(({ resource }) => resource === target.uri)) {
    return 'has two entries by different names; put their scopes into one';
  }
  return actor !== undefined && 'agentId' in target && target.agentId === actor
    ? 'is the agent itself, for which callers get tokens of their own; remove it'
    : undefined;
}

/** What a provider gives is made by the provider: nobody here makes it another one. */
function modeProblem({ mode }: DeclaredDelegation, target: Target, field: string): FieldRefusal | undefined {
  if (!('strategy' in target) || mode === 'delegation') return undefined;
  return invalid(`${field}.mode`, mode, 'is nothing that tokens of an API can be had with; leave it out');
}

function unknownScope(entry: DeclaredDelegation, target: Target, field: string): FieldRefusal | undefined {
  const defined: readonly string[] = target.scopes.map(({ name }) => name);
  const position = entry.scopes.findIndex(({ name }) => !defined.includes(name));
  const scope = entry.scopes[position];
  if (scope === undefined) return undefined;
  const fix = `is no scope of "${target.id}"; it defines ${defined.join(', ')}`;
  return invalid(`${field}.scopes[${position}].name`, scope.name, fix);
}
