import * as v from 'valibot';
import type { TaskStanding } from '../../ports/token-standing.ts';
import type { ClientId, TaskId } from '../../runtime/identifiers.ts';
import type { Item } from './attributes.ts';
import { decode, text, whole } from './stored.ts';

const standing = v.object({
  pk: text,
  terms: v.object({ id: text, client_id: text, ancestors: v.array(text) }),
  ended: v.exactOptional(v.object({ at: whole, reason: text })),
});

/** The attributes of a task that tell whether tokens of it count. */
export const taskStandingAttributes = ['terms', 'ended'] as const;

export function decodeTaskStanding(item: Item): TaskStanding {
  const { terms, ended } = decode(standing, item);
  return {
    terms: {
      ...{ id: terms.id as TaskId, clientId: terms.client_id as ClientId },
      ancestors: terms.ancestors as readonly string[] as readonly TaskId[],
    },
    hasEnded: ended !== undefined,
  };
}
