import * as v from 'valibot';
import type { ConnectTransaction, StoredConnectTransaction } from '../../ports/connect-transactions.ts';
import type { Holder } from '../../ports/connections.ts';
import { after, instant } from '../../runtime/clock.ts';
import type { AgentId, EgressProviderId, PersonId, ScopeName } from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';

/** The sweep waits longer than any clock of ours is off; whether it counts is decided by its `expires_at`. */
const sweepMarginSeconds = 3_600;

const storedTransaction = v.object({
  pk: text,
  id: text,
  expires_at: whole,
  session: text,
  provider: text,
  holder: v.variant('kind', [
    v.object({ kind: v.literal('person'), person: text, idp: text }),
    v.object({ kind: v.literal('group'), group: text }),
    v.object({ kind: v.literal('service') }),
  ]),
  by: text,
  agents: v.array(v.object({ agent: text, scopes: v.array(text) })),
  asked: v.array(v.string()),
  code_verifier: text,
  spent_at: v.exactOptional(whole),
});

export function encodeConnectTransaction(transaction: ConnectTransaction): PlainRecord {
  return {
    pk: keyOf.connectTransaction(transaction.id),
    id: transaction.id,
    expires_at: transaction.expiresAt,
    session: transaction.session,
    provider: transaction.provider,
    holder: { ...transaction.holder },
    by: transaction.by,
    agents: transaction.agents.map(({ agent, scopes }) => ({ agent, scopes })),
    asked: transaction.asked,
    code_verifier: transaction.codeVerifier,
    ttl: after(transaction.expiresAt, sweepMarginSeconds),
  };
}

export function decodeConnectTransaction(item: Item): StoredConnectTransaction {
  const stored = decode(storedTransaction, item);
  return {
    id: stored.id,
    expiresAt: instant(stored.expires_at),
    session: stored.session,
    provider: stored.provider as EgressProviderId,
    // The brands: what is stored is what we wrote.
    holder: stored.holder as Holder,
    by: stored.by as PersonId,
    agents: stored.agents.map(({ agent, scopes }) => ({
      agent: agent as AgentId,
      scopes: scopes as ScopeName[],
    })),
    asked: stored.asked,
    codeVerifier: stored.code_verifier,
    ...(stored.spent_at !== undefined && { spentAt: instant(stored.spent_at) }),
  };
}
