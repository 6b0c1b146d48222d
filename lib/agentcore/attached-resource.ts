import { InvalidConfig } from '../config/check-config.ts';
import type { AgentScopes, ResourceConfig, VestibuleConfig } from '../config/config.ts';
import type { OnBehalfOfConfig } from '../config/delegation-config.ts';
import { didYouMean, pathOf, type Problem, show } from '../config/problem.ts';
import { withAttachedScopes } from '../config/attached-scopes.ts';
import { checkWithin } from './check-within.ts';

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
  /** Id of an agent of the config → what it may do here in the name of who calls it. */
  readonly onBehalfOf?: OnBehalfOfConfig;
}

/** Stands where the URI is to be while the rest is checked. */
const uriToCome = 'https://uri-to-come.invalid';

/**
 * Checks a resource as if the config had declared it, beside those attached before. Throws `InvalidConfig`, its paths
 * those of the option `resource`.
 */
export function checkAttached(
  config: VestibuleConfig,
  before: readonly AttachedResource[],
  resource: AttachedResource,
): void {
  const { agents = {}, onBehalfOf = {} } = resource;
  const own = [
    ...(before.some(({ id }) => id === resource.id) ? [attachedTwice(resource.id)] : []),
    ...Object.keys(agents).flatMap((id) => unknownAgent('agents', id, config)),
    ...Object.keys(onBehalfOf).flatMap((id) => unknownAgent('onBehalfOf', id, config)),
  ];
  if (own.length > 0) throw new InvalidConfig(own);
  const position = config.resources.length + before.length;
  checkWithin(
    withAttached(config, [...before, resource]),
    new Map([
      [`resources[${position}]`, 'resource'],
      ...config.agents.flatMap(({ id }, index): [string, string][] => [
        [pathOf(['agents', index, 'scopes', resource.id]), pathOf(['resource', 'agents', id])],
        [pathOf(['agents', index, 'onBehalfOf', resource.id]), pathOf(['resource', 'onBehalfOf', id])],
      ]),
    ]),
  );
}

/** The config with resources that were attached to it, and what its agents may do there. */
export function withAttached(
  config: VestibuleConfig,
  attached: readonly AttachedResource[],
): VestibuleConfig {
  return {
    ...config,
    resources: [...config.resources, ...attached.map(asDeclared)],
    agents: config.agents.map((agent) => withAttachedScopes(agent, attached)),
  };
}

/** The resource as the config would say it. */
function asDeclared(resource: AttachedResource): ResourceConfig {
  const declared: AttachedResource & { uri: string } = { ...resource, uri: `${uriToCome}/${resource.id}` };
  return Object.fromEntries(
    Object.entries(declared).filter(([name]) => name !== 'agents' && name !== 'onBehalfOf'),
  ) as object as ResourceConfig;
}

function attachedTwice(id: string): Problem {
  return {
    path: 'resource.id',
    text: `${show(id)} is the id of another resource that is attached; choose another`,
  };
}

function unknownAgent(
  option: 'agents' | 'onBehalfOf',
  id: string,
  { agents }: VestibuleConfig,
): readonly Problem[] {
  const ids = agents.map((agent) => agent.id);
  if (ids.includes(id)) return [];
  const fix = ids.length === 0 ? 'the config has no agents: add it' : didYouMean(id, ids);
  return [{ path: pathOf(['resource', option, id]), text: `${show(id)} is no agent of this config; ${fix}` }];
}
