import type { AgentConfig } from '../config/config.ts';
import type { ResolvedEgressProvider } from './resolve.ts';

/** Whom a third party is for, and for how much. */
export interface OfferedAgentConfig {
  readonly agent: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** No person is asked for it. */
  readonly asItself: boolean;
  readonly providerTokens: boolean;
}

type Agent = Pick<AgentConfig, 'id' | 'name' | 'scopes' | 'onBehalfOf'>;

/** The agents that may act there: in the name of people, or as themselves. */
export function offeredAgents(
  { id, scopes, providerTokens }: Pick<ResolvedEgressProvider, 'id' | 'scopes' | 'providerTokens'>,
  agents: readonly Agent[],
): readonly OfferedAgentConfig[] {
  return agents.flatMap((agent) => {
    const forPeople = scopesForPeople(agent, id);
    const { required = [], optional = [] } = agent.scopes[id] ?? {};
    const may = new Set([...forPeople, ...required, ...optional]);
    if (may.size === 0) return [];
    return [
      {
        ...{ agent: agent.id, name: agent.name ?? agent.id },
        scopes: Object.keys(scopes).filter((scope) => may.has(scope)),
        asItself: forPeople.length === 0,
        providerTokens: providerTokens.includes(agent.id),
      },
    ];
  });
}

function scopesForPeople({ onBehalfOf }: Agent, id: string): readonly string[] {
  const rule = onBehalfOf?.[id];
  if (rule === undefined || !(rule.subjects ?? ['person']).includes('person')) return [];
  return Array.isArray(rule.scopes) ? (rule.scopes as readonly string[]) : Object.keys(rule.scopes);
}
