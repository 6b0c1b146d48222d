import { checkConfig, InvalidConfig } from '../config/check-config.ts';
import type { AgentScopes, ResourceConfig, VestibuleConfig } from '../config/config.ts';
import { didYouMean, pathOf, type Problem, show } from '../config/problem.ts';

/**
 * A resource whose URI AWS makes in the same deployment, such as that of a Gateway. Until then it has an audience to
 * be known by, `<issuer>/resources/<id>`, and that is what `aud` of its tokens says.
 */
export interface AttachedResource {
  /** Short name, `[A-Za-z0-9_-]{1,64}`, of no other resource. */
  readonly id: string;
  /** As people read it on a consent page. */
  readonly name: string;
  /** Scope name → what it allows, in words for people. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Default: `mcp-server`. */
  readonly kind?: 'mcp-server' | 'agent';
  /** The id of the agent that answers there; only with kind `agent`. */
  readonly agent?: string;
  /** Id of an agent of the config → the scopes it gets here unasked (`required`) and on request (`optional`). */
  readonly agents?: Readonly<Record<string, AgentScopes>>;
}

/** Stands where the URI is to be while the rest is checked. */
const uriToCome = 'https://uri-to-come.invalid';

/**
 * Checks a resource as if the config had declared it, beside those attached before. Throws `InvalidConfig`, its paths
 * those of the option named `field`.
 */
export function checkAttached(
  config: VestibuleConfig,
  before: readonly AttachedResource[],
  resource: AttachedResource,
  field: string,
): void {
  const { agents = {} } = resource;
  const own = [
    ...(before.some(({ id }) => id === resource.id) ? [attachedTwice(resource.id, field)] : []),
    ...Object.keys(agents).flatMap((id) => unknownAgent(id, config, field)),
  ];
  if (own.length > 0) throw new InvalidConfig(own);
  const position = config.resources.length + before.length;
  try {
    checkConfig({
      ...config,
      resources: [...config.resources, ...before.map(asDeclared), asDeclared(resource)],
      agents: config.agents.map((agent) => ({
        ...agent,
        scopes: { ...agent.scopes, ...(agents[agent.id] && { [resource.id]: agents[agent.id] ?? {} }) },
      })),
    });
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    throw new InvalidConfig(
      error.problems.map(({ path, text }) => ({
        path: optionPath(path, position, { config, resource, field }),
        text: text.replaceAll(`resources[${position}]`, field),
      })),
    );
  }
}

/** The resource as the config would say it. */
function asDeclared(resource: AttachedResource): ResourceConfig {
  const declared: AttachedResource & { uri: string } = { ...resource, uri: `${uriToCome}/${resource.id}` };
  return Object.fromEntries(
    Object.entries(declared).filter(([name]) => name !== 'agents'),
  ) as object as ResourceConfig;
}

function attachedTwice(id: string, field: string): Problem {
  const text = `${show(id)} is the id of another resource that is attached; choose another`;
  return { path: pathOf([field, 'id']), text };
}

function unknownAgent(id: string, { agents }: VestibuleConfig, field: string): readonly Problem[] {
  const ids = agents.map((agent) => agent.id);
  if (ids.includes(id)) return [];
  const fix = ids.length === 0 ? 'the config has no agents: add it' : didYouMean(id, ids);
  return [{ path: pathOf([field, 'agents', id]), text: `${show(id)} is no agent of this config; ${fix}` }];
}

/** `resources[2].name` → `resource.name`; `agents[0].scopes.tools.required[0]` → `resource.agents.planner.required[0]`. */
function optionPath(
  path: string,
  position: number,
  {
    config,
    resource,
    field,
  }: {
    readonly config: VestibuleConfig;
    readonly resource: AttachedResource;
    readonly field: string;
  },
): string {
  const own = `resources[${position}]`;
  if (path === own || path.startsWith(`${own}.`)) return `${field}${path.slice(own.length)}`;
  for (const [index, agent] of config.agents.entries()) {
    const entry = pathOf(['agents', index, 'scopes', resource.id]);
    if (path.startsWith(entry)) return pathOf([field, 'agents', agent.id]) + path.slice(entry.length);
  }
  return path;
}
