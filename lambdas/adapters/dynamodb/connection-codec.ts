import * as v from 'valibot';
import type { Connection, Holder, KeptSecret, KeptTokens, MadeFor } from '../../ports/connections.ts';
import type { NamedValue } from '../../ports/egress-providers.ts';
import { instant } from '../../runtime/clock.ts';
import type {
  AgentId,
  ConnectionId,
  EgressProviderId,
  IdpId,
  PersonId,
  ScopeName,
} from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { decode, text, whole } from './stored.ts';

const storedHolder = v.variant('kind', [
  v.object({ kind: v.literal('person'), person: text, idp: text }),
  v.object({ kind: v.literal('group'), group: text }),
  v.object({ kind: v.literal('service') }),
]);

const storedSecret = v.variant('in', [
  v.object({ in: v.literal('item'), wrapped_key: text, iv: text, ciphertext: text }),
  v.object({ in: v.literal('secret'), arn: text, version: text }),
]);

const storedMadeFor = v.variant('by', [
  v.object({ by: v.literal('deployment') }),
  v.object({ by: v.literal('operator'), places: v.array(v.string()) }),
]);

const storedConnection = v.object({
  pk: text,
  provider: text,
  holder: storedHolder,
  connection: text,
  version: whole,
  state: v.picklist(['active', 'interaction_required', 'disconnecting']),
  connected_at: whole,
  connected_by: v.exactOptional(text),
  made_for: storedMadeFor,
  agents: v.array(v.object({ agent: text, scopes: v.array(text) })),
  access: v.exactOptional(storedSecret),
  access_until: v.exactOptional(whole),
  grant: v.exactOptional(storedSecret),
  due_at: v.exactOptional(whole),
  upstream_scopes: v.array(v.string()),
  facts: v.array(v.object({ name: v.string(), value: v.string() })),
  reason: v.exactOptional(text),
  paused_until: v.exactOptional(whole),
  failed_at: v.exactOptional(whole),
  not_before: v.exactOptional(whole),
  failures: v.exactOptional(whole),
  lease: v.exactOptional(v.object({ attempt: text, until: whole })),
});

type StoredConnection = v.InferOutput<typeof storedConnection>;

/** Each attribute of what the provider gave, so that what it gave no more can be taken off. */
export type TokenAttributes = Readonly<
  Record<'access' | 'access_until' | 'grant' | 'upstream_scopes' | 'facts', PlainRecord[string]>
>;

export function tokenAttributes({
  access,
  accessUntil,
  grant,
  upstreamScopes,
  facts,
}: KeptTokens): TokenAttributes {
  return {
    ...{ access: secretAttribute(access), access_until: accessUntil },
    grant: grant && secretAttribute(grant),
    ...{ upstream_scopes: upstreamScopes, facts: facts.map(({ name, value }) => ({ name, value })) },
  };
}

export function holderAttribute(holder: Holder): PlainRecord {
  return { ...holder };
}

export function madeForAttribute(madeFor: MadeFor): PlainRecord {
  return { ...madeFor };
}

export function decodeConnection(item: Item): Connection {
  const stored = decode(storedConnection, item);
  const { connected_by: connectedBy, reason } = stored;
  return {
    provider: stored.provider as EgressProviderId,
    holder: holderIn(stored.holder),
    connection: stored.connection as ConnectionId,
    ...{ version: stored.version, state: stored.state },
    connectedAt: instant(stored.connected_at),
    ...(connectedBy !== undefined && { connectedBy: connectedBy as PersonId }),
    madeFor: stored.made_for,
    agents: stored.agents.map(({ agent, scopes }) => ({
      ...{ agent: agent as AgentId, scopes: scopes as ScopeName[] },
    })),
    ...{ upstreamScopes: stored.upstream_scopes, facts: stored.facts satisfies readonly NamedValue[] },
    ...(reason !== undefined && { reason }),
    ...tokensIn(stored),
    ...momentsIn(stored),
  };
}

function tokensIn(stored: StoredConnection): Partial<KeptTokens> {
  const { access, grant } = stored;
  const { access_until: accessUntil, due_at: dueAt } = stored;
  return {
    ...(access && { access: secretIn(access) }),
    ...(accessUntil !== undefined && { accessUntil: instant(accessUntil) }),
    ...(grant && { grant: secretIn(grant) }),
    ...(dueAt !== undefined && { dueAt: instant(dueAt) }),
  };
}

function momentsIn(
  stored: StoredConnection,
): Pick<Connection, 'pausedUntil' | 'failedAt' | 'notBefore' | 'failures' | 'lease'> {
  const { paused_until: pausedUntil, failed_at: failedAt, failures, lease } = stored;
  const { not_before: notBefore } = stored;
  return {
    ...(pausedUntil !== undefined && { pausedUntil: instant(pausedUntil) }),
    ...(failedAt !== undefined && { failedAt: instant(failedAt) }),
    ...(notBefore !== undefined && { notBefore: instant(notBefore) }),
    ...(failures !== undefined && { failures }),
    ...(lease && { lease: { attempt: lease.attempt, until: instant(lease.until) } }),
  };
}

export function holderIn(holder: v.InferOutput<typeof storedHolder>): Holder {
  if (holder.kind !== 'person') return holder;
  return { kind: 'person', person: holder.person as PersonId, idp: holder.idp as IdpId };
}

function secretAttribute(kept: KeptSecret): PlainRecord {
  if (kept.in === 'secret') return { in: 'secret', arn: kept.arn, version: kept.version };
  return { in: 'item', wrapped_key: kept.wrappedKey, iv: kept.iv, ciphertext: kept.ciphertext };
}

function secretIn(stored: v.InferOutput<typeof storedSecret>): KeptSecret {
  if (stored.in === 'secret') return stored;
  return { in: 'item', wrappedKey: stored.wrapped_key, iv: stored.iv, ciphertext: stored.ciphertext };
}
