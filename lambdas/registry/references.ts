import type { RegistryStore } from '../ports/registry-store.ts';
import type { Agent, Registration, Resource } from '../ports/registry.ts';
import type { AgentId, ResourceUri } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { DeclaredAgent, DeclaredCatalogue } from './declaration/agent.ts';
import type { ResourceName } from './declaration/resource-name.ts';
import type { FieldRefusal } from './refusal.ts';

export async function checkAgentExists(store: RegistryStore, id: AgentId): Promise<FieldRefusal | undefined> {
  if ((await store.find('agent', id)) !== undefined) return undefined;
  return invalid('agent_id', id, 'is not a registered agent; register the agent first');
}

/** The URI of the one registered resource of that name. */
export async function resolveResource(
  store: RegistryStore,
  name: ResourceName,
): Promise<Result<ResourceUri, FieldRefusal>> {
  const [resource] = await store.resources({
    uris: 'uri' in name ? [name.uri] : [],
    ids: 'id' in name ? [name.id] : [],
  });
  if (resource !== undefined) return ok(resource.uri);
  return refuse(invalid('resource', textOf(name), 'is not a registered resource; register it first'));
}

/** Replaces the names of a catalogue's resources by their URIs; each resource and each scope must be registered. */
export async function resolveCatalogue(
  store: RegistryStore,
  declared: DeclaredAgent,
): Promise<Result<Omit<Agent, keyof Registration>, FieldRefusal>> {
  const names = declared.catalogue.map(({ resource }) => resource);
  const known = await store.resources({
    uris: names.flatMap((name) => ('uri' in name ? [name.uri] : [])),
    ids: names.flatMap((name) => ('id' in name ? [name.id] : [])),
  });
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
  return ok({ ...declared, catalogue });
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

function isNamed(resource: Resource, name: ResourceName): boolean {
  return 'uri' in name ? resource.uri === name.uri : resource.id === name.id;
}

function textOf(name: ResourceName): string {
  return 'uri' in name ? name.uri : name.id;
}

function invalid(field: string, value: string, fix: string): FieldRefusal {
  return { reason: 'field_invalid', field, value: JSON.stringify(value), fix };
}
