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
    const somebody = (): PersonId => fresh('person') as PersonId;

    it('knows of each person what they granted, and nothing of another', async () => {
      const [alice, bob] = [somebody(), somebody()];
      const consent = aConsent();
      expect(await subject.consents.record(alice, consent)).toEqual([]);
      const { granted, grant, now: grantedAt, ...client } = consent;
      expect(await subject.consents.of(alice)).toEqual([
        { ...client, granted: [granted], grantedAt, grants: [grant] },
      ]);
      expect(await subject.consents.of(bob)).toEqual([]);
    });

    it('adds to what was granted, and keeps apart what holds while the person is away', async () => {
      const alice = somebody();
      await subject.consents.record(alice, aConsent());
      await subject.consents.record(alice, aConsent({ granted: terms('tools:write tools:read') }));
      await subject.consents.record(alice, aConsent({ granted: terms('tools:read', { offline: true }) }));
      await subject.consents.record(
        alice,
        aConsent({ granted: { scope: terms('openid').scope, offline: false } }),
      );
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
      await subject.consents.record(alice, first);
      await subject.consents.record(alice, second);
      const [consent] = await subject.consents.of(alice);
      expect(consent?.granted).toEqual([second.granted]);
      expect(consent?.grants).toEqual([first.grant, second.grant]);
    });

    it('names the oldest grants beyond fifty, to be ended', async () => {
      const alice = somebody();
      const recorded = Array.from({ length: 52 }, () => aConsent());
      const ended: GrantId[] = [];
      for (const consent of recorded) ended.push(...(await subject.consents.record(alice, consent)));
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
      for (const consent of recorded) ended.push(...(await subject.consents.record(alice, consent)));
      expect(ended).toEqual([recorded[0]?.grant]);
      expect(await subject.consents.of(alice)).toHaveLength(100);
    });

    it('loses none of what several browsers of one person grant at once', async () => {
      const alice = somebody();
      const recorded = ['a', 'b', 'c', 'd', 'e'].map((name) => aConsent({ clientId: name as ClientId }));
      await Promise.all(recorded.map((consent) => subject.consents.record(alice, consent)));
      const known = await subject.consents.of(alice);
      expect(known.map(({ clientId }) => clientId).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    it('withdraws everything of one client, once, and names its grants', async () => {
      const alice = somebody();
      const [first, second] = [aConsent(), aConsent()];
      const other = aConsent({ clientId: 'other' as ClientId });
      for (const consent of [first, second, other]) await subject.consents.record(alice, consent);
      expect(await subject.consents.withdraw(alice, claude, now)).toEqual([first.grant, second.grant]);
      expect(await subject.consents.withdraw(alice, claude, now)).toEqual([]);
      expect((await subject.consents.of(alice)).map(({ clientId }) => clientId)).toEqual(['other']);
    });

    it('takes a lost reply for the success that it was', async () => {
      const alice = somebody();
      const consent = aConsent();
      subject.network.loseNextReply('PutItem');
      expect(await subject.consents.record(alice, consent)).toEqual([]);
      expect((await subject.consents.of(alice))[0]?.grants).toEqual([consent.grant]);
      subject.network.loseNextReply('PutItem');
      expect(await subject.consents.withdraw(alice, claude, now)).toEqual([consent.grant]);
    });
  });
}
