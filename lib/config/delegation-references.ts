import { didYouMean, pathOf, type Problem, show, unknownReference } from './problem.ts';
import type { SoundParts } from './sound-parts.ts';

type Resource = SoundParts['resources'][number];
type Key = string | number;

interface Principal {
  readonly path: readonly Key[];
  readonly onBehalfOf: Resource['onBehalfOf'];
  /** The resources that it gets other people's tokens for. */
  readonly own: readonly Resource[];
  /** Those of them that are itself. */
  readonly itself: readonly Resource[];
}

/** What is wrong with what agents and MCP servers may do in the name of others. */
export function delegationProblems({ agents, resources }: SoundParts): readonly Problem[] {
  return [
    ...agents.flatMap(({ id, onBehalfOf }, index) =>
      targetProblems(
        {
          path: ['agents', index, 'onBehalfOf'],
          onBehalfOf,
          own: resources.filter(({ agent, actor }) => agent === id || actor === id),
          itself: resources.filter(({ agent }) => agent === id),
        },
        resources,
      ),
    ),
    ...resources.flatMap((resource, index) => [
      ...ofResource(resource, index, resources),
      ...actorProblems(resource, index, agents),
    ]),
  ];
}

function ofResource(resource: Resource, index: number, resources: readonly Resource[]): Problem[] {
  const { agent, onBehalfOf } = resource;
  const path = ['resources', index, 'onBehalfOf'];
  if (onBehalfOf === undefined) return [];
  if (agent !== undefined) {
    const text = `stands on a resource that agent ${show(agent)} answers at; write it at that agent`;
    return [{ path: pathOf(path), text }];
  }
  return targetProblems({ path, onBehalfOf, own: [resource], itself: [resource] }, resources);
}

function actorProblems({ actor }: Resource, index: number, agents: SoundParts['agents']): Problem[] {
  if (actor === undefined) return [];
  const path = pathOf(['resources', index, 'actor']);
  const unknown = unknownReference(path, actor, 'agent', agents);
  if (unknown.length > 0) return unknown;
  if (agents.some(({ id, onBehalfOf }) => id === actor && onBehalfOf !== undefined)) return [];
  const text = `${show(actor)} may do nothing in the name of others, and nobody else may then; give that agent onBehalfOf`;
  return [{ path, text }];
}

function targetProblems(
  { path, onBehalfOf = {}, own, itself }: Principal,
  resources: readonly Resource[],
): Problem[] {
  return Object.entries(onBehalfOf).flatMap(([id, { scopes }]) => {
    const target = resources.find((candidate) => candidate.id === id);
    const at = [...path, id];
    if (target === undefined) return unknownReference(pathOf(at), id, 'resource', resources);
    if (itself.includes(target)) {
      const text = `${show(id)} is its own resource, for which callers get tokens of their own; remove it`;
      return [{ path: pathOf(at), text }];
    }
    return Object.entries(scopes).flatMap(([scope, from]) => [
      ...unknownScope([...at, 'scopes'], scope, [target]),
      ...from.flatMap((name) =>
        unknownScope([...at, 'scopes', ...(name === scope ? [] : [scope])], name, own),
      ),
    ]);
  });
}

/** Where there is no resource, or none with scopes, the scope is nobody's to know. */
function unknownScope(path: readonly Key[], scope: string, of: readonly Resource[]): Problem[] {
  const defined = of.flatMap(({ scopes }) => Object.keys(scopes));
  if (defined.length === 0 || defined.includes(scope)) return [];
  const ids = of.map(({ id }) => show(id)).join(' or ');
  return [
    {
      path: pathOf(path),
      text: `${show(scope)} is no scope of resource ${ids}; ${didYouMean(scope, defined)}`,
    },
  ];
}
