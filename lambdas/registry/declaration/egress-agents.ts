import * as v from 'valibot';
import type { AgentId } from '../../runtime/identifiers.ts';
import { identifier, isDistinct, list, peopleText, scopeName } from './fields.ts';

const agentId = v.pipe(
  identifier,
  v.transform((id) => id as AgentId),
);

const offered = v.strictObject(
  {
    agent: agentId,
    name: peopleText(128),
    scopes: v.pipe(
      list(scopeName, 100),
      v.minLength(1, 'must name at least one scope'),
      v.check((all) => isDistinct(all), 'must not name a scope twice'),
    ),
    as_itself: v.exactOptional(v.literal(true, 'must be true, or be left out')),
    provider_tokens: v.exactOptional(v.literal(true, 'must be true, or be left out')),
  },
  'must be { agent, name, scopes, as_itself, provider_tokens }',
);

/** Whom the provider is for. */
export const offeredAgents = v.pipe(
  list(offered, 500),
  v.check((all) => isDistinct(all.map(({ agent }) => agent)), 'must not name an agent twice'),
);

const group = v.strictObject(
  {
    id: identifier,
    agents: v.pipe(
      list(agentId, 200),
      v.minLength(1, 'must name at least one agent'),
      v.check((all) => isDistinct(all), 'must not name an agent twice'),
    ),
    connectors: v.pipe(
      list(identifier, 50),
      v.minLength(1, 'must name at least one role, or nobody could connect the account'),
      v.check((all) => isDistinct(all), 'must not name a role twice'),
    ),
  },
  'must be { id, agents, connectors }',
);

/** Whose agents share one account. */
export const groups = v.pipe(
  list(group, 100),
  v.check((all) => isDistinct(all.map(({ id }) => id)), 'must not name a group twice'),
  v.check(
    (all) => isDistinct(all.flatMap(({ agents }) => agents)),
    'must not name an agent in two groups, because its tokens are for the account of one',
  ),
);
