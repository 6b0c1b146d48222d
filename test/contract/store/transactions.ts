import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SignedIn } from '../../../lambdas/ports/people.ts';
import type { SignInTransaction, Transactions } from '../../../lambdas/ports/transactions.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type {
  GrantId,
  IdpId,
  PersonId,
  ResourceUri,
  ScopeName,
  UpstreamSession,
} from '../../../lambdas/runtime/identifiers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface TransactionSubject {
  readonly transactions: Transactions;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);

export function aTransaction(overrides: Partial<SignInTransaction> = {}): SignInTransaction {
  return {
    id: randomUUID(),
    expiresAt: after(now, 600),
    browser: 'browser-digest',
    idp: 'company' as IdpId,
    nonce: 'nonce',
    codeVerifier: 'verifier',
    request: 'client_id=claude&state=xyz',
    consent: {
      by: 'asked',
      terms: {
        resource: 'https://mcp.example.com/mcp' as ResourceUri,
        scope: ['tools:read' as ScopeName],
        offline: true,
      },
      fingerprint: 'fingerprint',
    },
    grantId: 'grant-grant-grant-gran' as GrantId,
    ...overrides,
  };
}

const signedIn: SignedIn = {
  person: {
    id: 'person.alice' as PersonId,
    idp: 'company' as IdpId,
    name: 'Alice',
    preferredUsername: 'alice',
    email: 'alice@example.com',
    emailVerified: true,
    groups: ['staff', ''],
  },
  authTime: instant(1_799_999_000),
  acr: '1',
  amr: ['pwd'],
  session: 'session-of-ann' as UpstreamSession,
  keptUpstream: true,
};

/** What every store of sign-ins on their way promises. */
export function describeTransactions(make: () => TransactionSubject): void {
  describe('a store of sign-ins on their way', () => {
    let subject: TransactionSubject;
    beforeAll(() => {
      subject = make();
    });
    const begun = async (overrides: Partial<SignInTransaction> = {}): Promise<SignInTransaction> => {
      const transaction = aTransaction(overrides);
      await subject.transactions.begin(transaction);
      return transaction;
    };
    const spend = (id: string, attempt: string = randomUUID(), at = now): Promise<boolean> =>
      subject.transactions.spend(id, { at, attempt });

    it('gives back what it keeps, and nothing for another id', async () => {
      const remembered = { by: 'remembered', person: 'person.alice' as PersonId } as const;
      const asked = await begun();
      const known = await begun({ consent: { ...asked.consent, ...remembered } });
      expect(await subject.transactions.find(asked.id)).toEqual(asked);
      expect(await subject.transactions.find(known.id)).toEqual(known);
      expect(await subject.transactions.find(randomUUID())).toBeUndefined();
    });

    it('spends one for exactly one of three hundred callers', async () => {
      const { id } = await begun();
      const outcomes = await Promise.all(Array.from({ length: 300 }, () => spend(id)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect((await subject.transactions.find(id))?.spentAt).toBe(now);
    });

    it('takes a lost reply for the success that it was', async () => {
      const transaction = aTransaction();
      subject.network.loseNextReply('PutItem');
      await subject.transactions.begin(transaction);
      subject.network.loseNextReply('UpdateItem');
      expect(await subject.transactions.hold(transaction.id, { signedIn, at: now, attempt: 'a' })).toBe(true);
      subject.network.loseNextReply('UpdateItem');
      expect(await spend(transaction.id, 'mine')).toBe(true);
      expect(await spend(transaction.id, 'mine')).toBe(true);
      expect(await spend(transaction.id, 'another')).toBe(false);
    });

    it('does not bring one back that is spent, however late its first write is repeated', async () => {
      const transaction = await begun();
      expect(await spend(transaction.id)).toBe(true);
      await subject.transactions.begin(transaction);
      expect(await spend(transaction.id)).toBe(false);
    });

    it('spends none that is expired or was never begun', async () => {
      const { id, expiresAt } = await begun();
      expect(await spend(id, randomUUID(), expiresAt)).toBe(false);
      expect(await spend(randomUUID())).toBe(false);
    });

    it('notes one person, once, and nobody on what is spent', async () => {
      const { id } = await begun();
      const held = { signedIn, at: now, attempt: 'first' };
      expect(await subject.transactions.hold(id, held)).toBe(true);
      expect((await subject.transactions.find(id))?.held).toEqual(signedIn);
      const other = { ...signedIn, person: { ...signedIn.person, id: 'person.mallory' as PersonId } };
      expect(await subject.transactions.hold(id, { ...held, signedIn: other, attempt: 'second' })).toBe(
        false,
      );
      expect((await subject.transactions.find(id))?.held).toEqual(signedIn);
      const spent = await begun();
      await spend(spent.id);
      expect(await subject.transactions.hold(spent.id, held)).toBe(false);
    });

    it('keeps of a person only what the identity provider said', async () => {
      const { id } = await begun();
      const { person, keptUpstream } = signedIn;
      const little = { person: { id: person.id, idp: person.idp, groups: [] }, keptUpstream };
      await subject.transactions.hold(id, { signedIn: little, at: now, attempt: 'a' });
      expect((await subject.transactions.find(id))?.held).toEqual(little);
    });
  });
}
