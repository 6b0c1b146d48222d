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
export function delegationProblems({ agents, resources, downstreamApis }: SoundParts): readonly Problem[] {
  const targets = { resources, apis: downstreamApis };
  return [
    ...agents.flatMap(({ id, onBehalfOf }, index) =>
      targetProblems(
        {
          path: ['agents', index, 'onBehalfOf'],
          onBehalfOf,
          own: resources.filter(({ agent, actor }) => agent === id || actor === id),
          itself: resources.filter(({ agent }) => agent === id),
        },
        targets,
      ),
    ),
    ...resources.flatMap((resource, index) => [
      ...ofResource(resource, index, targets),
      ...actorProblems(resource, index, agents),
    ]),
  ];
}

interface Targets {
  readonly resources: readonly Resource[];
  /** Behind identity providers. */
  readonly apis: SoundParts['downstreamApis'];
}

function ofResource(resource: Resource, index: number, targets: Targets): Problem[] {
  const { agent, onBehalfOf } = resource;
  const path = ['resources', index, 'onBehalfOf'];
  if (onBehalfOf === undefined) return [];
  if (agent !== undefined) {
    const text = `stands on a resource that agent ${show(agent)} answers at; write it at that agent`;
    return [{ path: pathOf(path), text }];
  }
  return targetProblems({ path, onBehalfOf, own: [resource], itself: [resource] }, targets);
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
  { resources, apis }: Targets,
): Problem[] {
  return Object.entries(onBehalfOf).flatMap(([id, { scopes, impersonation }]) => {
    const resource = resources.find((candidate) => candidate.id === id);
    const api = apis.find((candidate) => candidate.id === id);
    const target = resource ?? (api && { id, scopes: namesIn(api.scopes) });
    const at = [...path, id];
    if (target === undefined) return unknownReference(pathOf(at), id, 'resource', [...resources, ...apis]);
    if (resource !== undefined && itself.includes(resource)) {
      const text = `${show(id)} is its own resource, for which callers get tokens of their own; remove it`;
      return [{ path: pathOf(at), text }];
    }
    const ofApi = resource === undefined ? apiProblems(at, impersonation) : [];
    const ofScopes = Object.entries(scopes).flatMap(([scope, from]) => [
      ...unknownScope([...at, 'scopes'], scope, [target]),
      ...from.flatMap((name) =>
        unknownScope([...at, 'scopes', ...(name === scope ? [] : [scope])], name, own),
      ),
    ]);
    return [...ofApi, ...ofScopes];
  });
}

/** What a provider gives is made by the provider: nobody here makes it another one. */
function apiProblems(at: readonly Key[], impersonation: boolean | undefined): Problem[] {
  if (impersonation !== true) return [];
  const text = 'is nothing that tokens of a downstream API can be had with; remove it';
  return [{ path: pathOf([...at, 'impersonation']), text }];
}

function namesIn(scopes: readonly string[]): Readonly<Record<string, true>> {
  return Object.fromEntries(scopes.map((name) => [name, true] as const));
}

/** Where there is no resource, or none with scopes, the scope is nobody's to know. */
function unknownScope(
  path: readonly Key[],
  scope: string,
  of: readonly Pick<Resource, 'id' | 'scopes'>[],
): Problem[] {
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
