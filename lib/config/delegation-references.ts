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
export function delegationProblems({
  agents,
  resources,
  downstreamApis,
  identityProviders,
}: SoundParts): readonly Problem[] {
  const targets = { resources, apis: downstreamApis, identityProviders };
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
  readonly identityProviders: SoundParts['identityProviders'];
}

type Rule = Omit<NonNullable<Resource['onBehalfOf']>[string], 'scopes'>;

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
  { resources, apis, identityProviders }: Targets,
): Problem[] {
  return Object.entries(onBehalfOf).flatMap(([id, { scopes, ...rule }]) => {
    const resource = resources.find((candidate) => candidate.id === id);
    const api = apis.find((candidate) => candidate.id === id);
    const target = resource ?? (api && { id, scopes: namesIn(api.scopes) });
    const at = [...path, id];
    if (target === undefined) return unknownReference(pathOf(at), id, 'resource', [...resources, ...apis]);
    if (resource !== undefined && itself.includes(resource)) {
      const text = `${show(id)} is its own resource, for which callers get tokens of their own; remove it`;
      return [{ path: pathOf(at), text }];
    }
    const ofApi =
      resource === undefined ? apiProblems(at, rule) : refreshProblems(at, rule, identityProviders);
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
function apiProblems(at: readonly Key[], rule: Rule): Problem[] {
  return (['impersonation', 'refreshTokens'] as const)
    .filter((name) => rule[name] === true)
    .map((name) => ({
      path: pathOf([...at, name]),
      text: 'is nothing that tokens of a downstream API can be had with; remove it',
    }));
}

/** Work goes on in the name of a person who let somebody go on, and of nobody else. */
function refreshProblems(
  at: readonly Key[],
  { refreshTokens, subjects = ['person'] }: Rule,
  identityProviders: SoundParts['identityProviders'],
): Problem[] {
  if (refreshTokens !== true) return [];
  const path = pathOf([...at, 'refreshTokens']);
  if (!subjects.includes('person')) {
    return [{ path, text: "is of people, and subjects has none; add 'person' there, or remove it" }];
  }
  return identityProviders.length > 0
    ? []
    : [{ path, text: 'is of people who sign in, and there are no identityProviders; remove it' }];
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
