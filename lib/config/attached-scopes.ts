import type { AgentConfig, AgentScopes } from './config.ts';
import type { OnBehalfOfConfig } from './delegation-config.ts';

/** What agents get at a resource that was attached, and may do there in the name of others, by their ids. */
export interface AttachedScopes {
  readonly agents?: Readonly<Record<string, AgentScopes>>;
  readonly onBehalfOf?: OnBehalfOfConfig;
}

/** The agent with what it gets, and may do in the name of others, at resources that were attached. */
export function withAttachedScopes(
  agent: AgentConfig,
  attached: readonly (AttachedScopes & { readonly id: string })[],
): AgentConfig {
  const scopes = attached.flatMap(({ id, agents = {} }) => {
    const given = agents[agent.id];
    return given === undefined ? [] : [[id, given] as const];
  });
  const delegations = attached.flatMap(({ id, onBehalfOf = {} }) => {
    const given = onBehalfOf[agent.id];
    return given === undefined ? [] : [[id, given] as const];
  });
  return {
    ...agent,
    scopes: { ...agent.scopes, ...Object.fromEntries(scopes) },
    ...(delegations.length > 0 && {
      onBehalfOf: { ...agent.onBehalfOf, ...Object.fromEntries(delegations) },
    }),
  };
}
