import { beforeAll, describe, expect, it } from 'vitest';
import type { ConsentedScope, Consents } from '../../../lambdas/ports/consents.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type {
  ClientId,
  GrantId,
  PersonId,
  ResourceUri,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';
import { fresh } from './mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface ConsentSubject {
  readonly consents: Consents;
  readonly network: UnrulyNetwork;
}

type Recorded = Parameters<Consents['record']>[1];

const now = instant(1_800_000_000);
const orders = 'https://orders.example.com/mcp' as ResourceUri;
const claude = 'claude' as ClientId;

const terms = (scope: string, overrides: Partial<ConsentedScope> = {}): ConsentedScope => ({
  resource: orders,
  scope: scope.split(' ') as ScopeName[],
  offline: false,
  ...overrides,
});

function aConsent(overrides: Partial<Recorded> = {}): Recorded {
  return {
    ...{ clientId: claude, clientName: 'Claude', fingerprint: 'one', granted: terms('tools:read') },
    ...{ grant: fresh('grant') as GrantId, now },
    ...overrides,
  };
}

/** What every store of consents promises. */
export function describeConsents(make: () => ConsentSubject): void {
  describe('a store of consents', () => {
    let subject: ConsentSubject;
    beforeAll(() => {
      subject = make();
    });
    /** Resolves with the grants that were to be ended. */
    const ending = async (
      change: (end: (grants: readonly GrantId[]) => Promise<void>) => Promise<void>,
    ): Promise<readonly GrantId[]> => {
      const ended: GrantId[] = [];
      await change((grants) => Promise.resolve(void ended.push(...grants)));
      return ended;
    };
    const record = (person: PersonId, consent: Recorded): Promise<readonly GrantId[]> =>
      ending((end) => subject.consents.record(person, consent, end));
    const withdraw = (person: PersonId, clientId: ClientId): Promise<readonly GrantId[]> =>
      ending((end) => subject.consents.withdraw(person, clientId, end));
    const failing = (): Promise<void> => Promise.reject(new Error('not ended'));
    const somebody = (): PersonId => fresh('person') as PersonId;

    it('knows of each person what they granted, and nothing of another', async () => {
      const [alice, bob] = [somebody(), somebody()];
      const consent = aConsent();
      expect(await record(alice, consent)).toEqual([]);
      const { granted, grant, now: grantedAt, ...client } = consent;
      expect(await subject.consents.of(alice)).toEqual([
        { ...client, granted: [granted], grantedAt, grants: [grant] },
      ]);
      expect(await subject.consents.of(bob)).toEqual([]);
    });

    it('adds to what was granted, and keeps apart what holds while the person is away', async () => {
      const alice = somebody();
      await record(alice, aConsent());
      await record(alice, aConsent({ granted: terms('tools:write tools:read') }));
      await record(alice, aConsent({ granted: terms('tools:read', { offline: true }) }));
      await record(alice, aConsent({ granted: { scope: terms('openid').scope, offline: false } }));
      const [consent] = await subject.consents.of(alice);
      expect(consent?.granted).toEqual([
        terms('tools:read tools:write'),
        terms('tools:read', { offline: true }),
        { scope: ['openid'], offline: false },
      ]);
    });

    it('starts anew with another fingerprint, and still knows the grants', async () => {
      const alice = somebody();
      const [first, second] = [aConsent(), aConsent({ fingerprint: 'two', granted: terms('tools:write') })];
      await record(alice, first);
      await record(alice, second);
      const [consent] = await subject.consents.of(alice);
      expect(consent?.granted).toEqual([second.granted]);
      expect(consent?.grants).toEqual([first.grant, second.grant]);
    });

    it('names the oldest grants beyond fifty, to be ended', async () => {
      const alice = somebody();
      const recorded = Array.from({ length: 52 }, () => aConsent());
      const ended: GrantId[] = [];
      for (const consent of recorded) ended.push(...(await record(alice, consent)));
      const grants = recorded.map(({ grant }) => grant);
      expect(ended).toEqual(grants.slice(0, 2));
      expect((await subject.consents.of(alice))[0]?.grants).toEqual(grants.slice(2));
    });

    it('forgets the client that was granted something longest ago beyond a hundred, and names its grants', async () => {
      const alice = somebody();
      const recorded = Array.from({ length: 101 }, (_, position) =>
        aConsent({ clientId: `client-${position}` as ClientId, now: after(now, position) }),
      );
      const ended: GrantId[] = [];
      for (const consent of recorded) ended.push(...(await record(alice, consent)));
      expect(ended).toEqual([recorded[0]?.grant]);
      expect(await subject.consents.of(alice)).toHaveLength(100);
    });

    it('loses none of what several browsers of one person grant at once', async () => {
      const alice = somebody();
      const recorded = ['a', 'b', 'c', 'd', 'e'].map((name) => aConsent({ clientId: name as ClientId }));
      await Promise.all(recorded.map((consent) => record(alice, consent)));
      const known = await subject.consents.of(alice);
      expect(known.map(({ clientId }) => clientId).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    it('withdraws everything of one client, once, and names its grants', async () => {
      const alice = somebody();
      const [first, second] = [aConsent(), aConsent()];
      const other = aConsent({ clientId: 'other' as ClientId });
      for (const consent of [first, second, other]) await record(alice, consent);
      expect(await withdraw(alice, claude)).toEqual([first.grant, second.grant]);
      expect(await withdraw(alice, claude)).toEqual([]);
      expect((await subject.consents.of(alice)).map(({ clientId }) => clientId)).toEqual(['other']);
    });

    it('forgets no grant that could not be ended', async () => {
      const alice = somebody();
      const recorded = Array.from({ length: 51 }, () => aConsent());
      for (const consent of recorded.slice(0, 50)) await record(alice, consent);
      const grants = recorded.map(({ grant }) => grant);
      const known = async () => (await subject.consents.of(alice))[0]?.grants;
      await expect(subject.consents.record(alice, recorded[50]!, failing)).rejects.toThrow('not ended');
      await expect(subject.consents.withdraw(alice, claude, failing)).rejects.toThrow('not ended');
      expect(await known()).toEqual(grants.slice(0, 50));
      expect(await record(alice, recorded[50]!)).toEqual(grants.slice(0, 1));
      expect(await withdraw(alice, claude)).toEqual(grants.slice(1));
    });

    it('has a grant ended that is made while the client is withdrawn', async () => {
      const alice = somebody();
      const [first, second] = [aConsent(), aConsent()];
      await record(alice, first);
      const ended: GrantId[] = [];
      await subject.consents.withdraw(alice, claude, async (grants) => {
        if (ended.length === 0) await record(alice, second);
        ended.push(...grants);
      });
      expect(ended).toEqual([first.grant, first.grant, second.grant]);
      expect(await subject.consents.of(alice)).toEqual([]);
    });

    it('takes a lost reply for the success that it was', async () => {
      const alice = somebody();
      const consent = aConsent();
      subject.network.loseNextReply('PutItem');
      expect(await record(alice, consent)).toEqual([]);
      expect((await subject.consents.of(alice))[0]?.grants).toEqual([consent.grant]);
      subject.network.loseNextReply('PutItem');
      expect(await withdraw(alice, claude)).toEqual([consent.grant]);
    });
  });
}
