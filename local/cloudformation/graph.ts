import { namesIn } from './intrinsics.ts';
import type { ResourceDefinition } from './template.ts';

/** Logical ids of a template, each with the ids that must exist before it. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the dependencies of every resource from its properties and its `DependsOn`. Throws when a name is no
 * resource of the template (`isKnownName` says which others are: parameters and pseudo parameters).
 */
export function dependencyGraph(
  resources: Readonly<Record<string, ResourceDefinition>>,
  isKnownName: (name: string) => boolean,
): DependencyGraph {
  const entries = Object.entries(resources).map(([logicalId, definition]) => {
    const named = [...namesIn(definition.Properties ?? {}), ...explicit(definition)];
    const unknown = named.find((name) => !Object.hasOwn(resources, name) && !isKnownName(name));
    if (unknown !== undefined)
      throw new Error(`${logicalId} names ${unknown}, which the template does not have`);
    const dependencies = [...new Set(named)].filter((name) => Object.hasOwn(resources, name));
    return [logicalId, dependencies] as const;
  });
  return new Map(entries);
}

/** Every id after all it depends on. Ids outside the graph are left out. Throws on a cycle, naming its members. */
export function creationOrder(graph: DependencyGraph): readonly string[] {
  const ordered: string[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    if (state.get(logicalId) === 'done' || !graph.has(logicalId)) return;
    if (state.get(logicalId) === 'visiting') {
      const cycle = [...path.slice(path.indexOf(logicalId)), logicalId];
      throw new Error(`circular dependency: ${cycle.join(' → ')}`);
    }
    state.set(logicalId, 'visiting');
    for (const dependency of graph.get(logicalId) ?? []) visit(dependency, [...path, logicalId]);
    state.set(logicalId, 'done');
    ordered.push(logicalId);
  };
  for (const logicalId of graph.keys()) visit(logicalId, []);
  return ordered;
}

function explicit(definition: ResourceDefinition): readonly string[] {
  const { DependsOn: names = [] } = definition;
  return typeof names === 'string' ? [names] : names;
}
