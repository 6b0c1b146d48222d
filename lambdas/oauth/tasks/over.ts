import type { TaskEndReason } from '../../ports/tasks.ts';
import type { GrantRefusal } from '../refusal.ts';

/** Why a task gives nothing any more, at any of its resources. */
export interface Over {
  readonly reason: TaskEndReason;
  readonly detail: string;
}

/** Of the client and the agent, and of those that a token came through. */
const ofHolders = [
  ...['client_without_agent', 'agent_disabled', 'agent_changed'],
  ...['client_not_active', 'agent_not_active'],
];

/** How the refusal of everything that a task is for ends it. What is not somebody's own end is what policy came to. */
export function overBy(refusal: GrantRefusal): Over {
  const detail = 'why' in refusal ? refusal.why : refusal.reason;
  if (refusal.reason === 'grant_ended') {
    return { reason: detail.startsWith('person_ended') ? 'grant_ended_upstream' : 'revoked', detail };
  }
  return { reason: ofHolders.includes(detail) ? 'agent_disabled' : 'policy', detail };
}
