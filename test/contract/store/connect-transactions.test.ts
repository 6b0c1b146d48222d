import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoConnectTransactions } from '../../../lambdas/adapters/dynamodb/connect-transactions.ts';
import type { ConnectTransaction, ConnectTransactions } from '../../../lambdas/ports/connect-transactions.ts';
import type { Holder } from '../../../lambdas/ports/connections.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type {
  AgentId,
  EgressProviderId,
  IdpId,
  PersonId,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { getThenPutConnectTransactions } from './planted-connect-transactions.ts';
import { type UnrulyNetwork, unrulyNetwork } from './unruly-network.ts';

let tables: TestTables;
let network: UnrulyNetwork;
let transactions: ConnectTransactions;
beforeAll(async () => {
  tables = await startTables();
  network = unrulyNetwork(tables, 50);
  transactions = dynamoConnectTransactions({ client: network.client, table: tables.grants });
});
afterAll(async () => {
  await tables.stop();
});

const now = instant(1_800_000_000);

function aTransaction(overrides: Partial<ConnectTransaction> = {}): ConnectTransaction {
  return {
    id: randomUUID(),
    expiresAt: after(now, 600),
    session: 'session-digest',
    provider: 'github' as EgressProviderId,
    holder: { kind: 'person', person: 'person.alice' as PersonId, idp: 'company' as IdpId },
    by: 'person.alice' as PersonId,
    agents: [{ agent: 'triage' as AgentId, scopes: ['issues:read' as ScopeName] }],
    asked: ['repo'],
    codeVerifier: 'verifier',
    ...overrides,
  };
}

async function begun(overrides: Partial<ConnectTransaction> = {}): Promise<ConnectTransaction> {
  const transaction = aTransaction(overrides);
  await transactions.begin(transaction);
  return transaction;
}

async function expectOneSpender(store: ConnectTransactions): Promise<void> {
  const { id } = await begun();
  const callers = Array.from({ length: 300 }, () => store.spend(id, { at: now, attempt: randomUUID() }));
  expect((await Promise.all(callers)).filter(Boolean)).toHaveLength(1);
  expect((await store.find(id))?.spentAt).toBe(now);
}

describe('a store of accounts that are being connected', () => {
  it('gives back what it keeps, and nothing for another id', async () => {
    const words = fc.string({ minLength: 1, unit: 'grapheme' });
    const holders: fc.Arbitrary<Holder> = fc.oneof(
      fc.record({
        kind: fc.constant('person' as const),
        person: words.map((text) => text as PersonId),
        idp: words.map((text) => text as IdpId),
      }),
      fc.record({ kind: fc.constant('group' as const), group: words }),
    );
    const agents = fc.array(
      fc.record({
        agent: words.map((text) => text as AgentId),
        scopes: fc.array(words.map((text) => text as ScopeName)),
      }),
    );
    const property = fc.asyncProperty(holders, agents, fc.array(words), async (holder, allowed, asked) => {
      const transaction = await begun({ holder, agents: allowed, asked });
      expect(await transactions.find(transaction.id)).toEqual(transaction);
    });
    await fc.assert(property, { numRuns: 25 });
    expect(await transactions.find(randomUUID())).toBeUndefined();
  });

  it('spends one for exactly one of three hundred callers', () => expectOneSpender(transactions));

  it('takes a lost reply for the success that it was', async () => {
    const transaction = aTransaction();
    network.loseNextReply('PutItem');
    await transactions.begin(transaction);
    network.loseNextReply('UpdateItem');
    const spend = (attempt: string) => transactions.spend(transaction.id, { at: now, attempt });
    expect(await spend('mine')).toBe(true);
    expect(await spend('mine')).toBe(true);
    expect(await spend('another')).toBe(false);
  });

  it('does not bring one back that is spent, however late its first write is repeated', async () => {
    const transaction = await begun();
    expect(await transactions.spend(transaction.id, { at: now, attempt: 'mine' })).toBe(true);
    await transactions.begin(transaction);
    expect(await transactions.find(transaction.id)).toEqual({ ...transaction, spentAt: now });
  });

  it('spends none that is expired or was never begun', async () => {
    const { id, expiresAt } = await begun();
    expect(await transactions.spend(id, { at: expiresAt, attempt: 'late' })).toBe(false);
    expect(await transactions.find(id)).not.toHaveProperty('spentAt');
    expect(await transactions.spend(randomUUID(), { at: now, attempt: 'none' })).toBe(false);
  });

  it('finds out a store that reads before it writes', async () => {
    const planted = getThenPutConnectTransactions(network.client, tables.grants);
    await expect(expectOneSpender(planted)).rejects.toThrow(/to have a length of 1/);
  });
});
