import type { RegistryStore, TargetNames } from '../ports/registry-store.ts';
import type { Agent, Resource } from '../ports/registry.ts';
import type { AgentId, ResourceUri } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { DeclaredAgent, DeclaredCatalogue } from './declaration/agent.ts';
import type { ResourceName } from './declaration/resource-name.ts';
import type { FieldRefusal } from './refusal.ts';

export async function checkAgentExists(
  store: RegistryStore,
  id: AgentId | undefined,
  field: 'agent_id' | 'actor' = 'agent_id',
): Promise<FieldRefusal | undefined> {
  if (id === undefined || (await store.find('agent', id)) !== undefined) return undefined;
  return invalid(field, id, 'is not a registered agent; register the agent first');
}

/** The one registered resource of that name. */
export async function resolveResource(
  store: RegistryStore,
  name: ResourceName,
): Promise<Result<Resource, FieldRefusal>> {
  const [resource] = await knownAmong(store, [name]);
  if (resource !== undefined) return ok(resource);
  return refuse(invalid('resource', textOf(name), 'is not a registered resource; register it first'));
}

/** Replaces the names of a catalogue's resources by their URIs; each resource and each scope must be registered. */
export async function resolveCatalogue(
  store: RegistryStore,
  declared: DeclaredAgent,
): Promise<Result<Agent['catalogue'], FieldRefusal>> {
  const known = await knownAmong(
    store,
    declared.catalogue.map(({ resource }) => resource),
  );
  const catalogue: Agent['catalogue'][number][] = [];
  for (const [position, entry] of declared.catalogue.entries()) {
    const field = `catalogue[${position}]`;
    const resource = known.find((candidate) => isNamed(candidate, entry.resource));
    if (resource === undefined) {
      return refuse(
        invalid(
          `${field}.resource`,
          textOf(entry.resource),
          'is not a registered resource; register it first',
        ),
      );
    }
    if (catalogue.some((earlier) => earlier.resource === resource.uri)) {
      const fix = 'has two entries by different names; put their scopes into one';
      return refuse(invalid(`${field}.resource`, textOf(entry.resource), fix));
    }
    const unknown = unknownScope(entry, resource, field);
    if (unknown !== undefined) return refuse(unknown);
    catalogue.push({ resource: resource.uri, required: entry.required, optional: entry.optional });
  }
  return ok(catalogue);
}

/** The registered resources among those names, in no particular order. */
export function knownAmong(
  store: RegistryStore,
  names: readonly ResourceName[],
): Promise<readonly Resource[]> {
  return store.resources(namesOf(names));
}

export function namesOf(names: readonly ResourceName[]): TargetNames {
  return {
    uris: names.flatMap((name) => ('uri' in name ? [name.uri] : [])),
    ids: names.flatMap((name) => ('id' in name ? [name.id] : [])),
  };
}

function unknownScope(entry: DeclaredCatalogue, resource: Resource, field: string): FieldRefusal | undefined {
  const defined = resource.scopes.map(({ name }) => name);
  for (const list of ['required', 'optional'] as const) {
    const position = entry[list].findIndex((name) => !defined.includes(name));
    const name = entry[list][position];
    if (name === undefined) continue;
    const fix = `is no scope of "${resource.id}"; it defines ${defined.join(', ')}`;
    return invalid(`${field}.${list}[${position}]`, name, fix);
  }
  return undefined;
}

/** Whether a resource or an API is what the name names. */
export function isNamed(
  { uri, id }: { readonly uri: ResourceUri; readonly id: string },
  name: ResourceName,
): boolean {
  return 'uri' in name ? uri === name.uri : id === name.id;
}

export function textOf(name: ResourceName): string {
  return 'uri' in name ? name.uri : name.id;
}

export function invalid(field: string, value: string, fix: string): FieldRefusal {
  return { reason: 'field_invalid', field, value: JSON.stringify(value), fix };
}
