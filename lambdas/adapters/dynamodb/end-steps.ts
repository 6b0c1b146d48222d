import type { Kind, Stored, Things } from '../../ports/registry-store.ts';
import type { Agent, Client, Resource } from '../../ports/registry.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { type EndedName, endedName } from '../../runtime/ended-name.ts';
import { principalEntry } from './end-keys.ts';
import type { Step } from './transaction.ts';

/**
 * How long after its end a principal may still get a token (of a grant: what was decided before is signed after): an instance knows it as active for 5 seconds, and the
 * transaction may be tried for some 20 more. Seconds.
 */
export const issuedAfterEnd = 30;

/** What tokens call it; an identity provider is in no token of ours, and an API's are none of ours. */
const names: { readonly [K in Kind]: (thing: Things[K]) => EndedName | undefined } = {
  resource: ({ audience }: Resource) => endedName('aud', audience),
  agent: ({ id }: Agent) => endedName('agent_id', id),
  client: ({ id }: Client) => endedName('client_id', id),
  idp: () => undefined,
  api: () => undefined,
  // The proxy reads it at each call.
  provider: () => undefined,
};

/** What a change of a thing, or its removal, ends or brings back for the tokens that name it: to be written with it. */
export function endSteps<K extends Kind>(
  grants: string,
  kind: K,
  from: Stored<Things[K]>,
  draft: Things[K] | undefined,
  now: Instant,
): readonly Step[] {
  const name = names[kind](from.thing);
  if (name === undefined) return [];
  const end = after(now, issuedAfterEnd);
  if (draft === undefined || names[kind](draft) !== name) return [setEnd(grants, name, end, now)];
  if (draft.state === from.thing.state) return [];
  // Back again: what was issued since its registration counts, what an earlier bearer of the name got does not.
  const until = draft.state === 'active' ? after(from.thing.createdAt, -1) : end;
  return [setEnd(grants, name, until, now)];
}

/** Tokens that were issued on the principal until then are ended. */
export function setEnd(grants: string, name: EndedName, until: Instant, now: Instant): Step {
  const { key, ttl } = principalEntry(name, now);
  return {
    write: {
      Update: {
        TableName: grants,
        Key: { pk: { S: key } },
        UpdateExpression: 'SET #name = :until, #ttl = :ttl',
        ExpressionAttributeNames: { '#name': name, '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':until': { N: String(until) }, ':ttl': { N: String(ttl) } },
      },
    },
    // It has no condition of its own.
    otherwise: { outcome: 'moved_on' },
  };
}
