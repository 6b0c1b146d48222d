import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PushedRequest, PushedRequests } from '../../../lambdas/ports/pushed-requests.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId } from '../../../lambdas/runtime/identifiers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface PushedRequestSubject {
  readonly pushed: PushedRequests;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);

/** What every store of pushed requests promises. */
export function describePushedRequests(make: () => PushedRequestSubject): void {
  describe('a store of pushed requests', () => {
    let subject: PushedRequestSubject;
    beforeAll(() => {
      subject = make();
    });
    const kept = async (): Promise<PushedRequest> => {
      const request = {
        ...{ id: randomUUID(), clientId: 'desk' as ClientId, request: 'client_id=desk&state=xyz' },
        expiresAt: after(now, 90),
      };
      await subject.pushed.keep(request);
      return request;
    };

    it('gives back what it keeps, and nothing for another id', async () => {
      const request = await kept();
      expect(await subject.pushed.find(request.id)).toEqual(request);
      expect(await subject.pushed.find(randomUUID())).toBeUndefined();
    });

    it('is of exactly one of three hundred browsers, and stays so', async () => {
      const { id } = await kept();
      const browsers = Array.from({ length: 300 }, () => randomUUID());
      const opened = await Promise.all(
        browsers.map((browser) => subject.pushed.open(id, { browser, at: now })),
      );
      const winners = browsers.filter((_, index) => opened[index]);
      expect(winners).toHaveLength(1);
      expect(await subject.pushed.find(id)).toMatchObject({ browser: winners[0] });
    });

    it('opens for its browser again until it is used, and for nobody once it is expired', async () => {
      const { id, expiresAt } = await kept();
      const open = (browser: string, at = now) => subject.pushed.open(id, { browser, at });
      expect([await open('a'), await open('a'), await open('b')]).toEqual([true, true, false]);
      expect(await open('a', expiresAt)).toBe(false);
      await subject.pushed.use(id, { browser: 'b', at: now });
      expect(await subject.pushed.find(id)).not.toHaveProperty('usedAt');
      await subject.pushed.use(id, { browser: 'a', at: now });
      await subject.pushed.use(id, { browser: 'a', at: after(now, 5) });
      expect(await subject.pushed.find(id)).toMatchObject({ browser: 'a', usedAt: now });
      expect(await open('a')).toBe(false);
    });

    it('neither opens nor makes one that was never kept', async () => {
      const id = randomUUID();
      expect(await subject.pushed.open(id, { browser: 'a', at: now })).toBe(false);
      await subject.pushed.use(id, { browser: 'a', at: now });
      expect(await subject.pushed.find(id)).toBeUndefined();
    });

    it('takes a lost reply for the success that it was, and brings nothing back', async () => {
      subject.network.loseNextReply('PutItem');
      const request = await kept();
      subject.network.loseNextReply('UpdateItem');
      expect(await subject.pushed.open(request.id, { browser: 'a', at: now })).toBe(true);
      subject.network.loseNextReply('UpdateItem');
      await subject.pushed.use(request.id, { browser: 'a', at: now });
      await subject.pushed.keep(request);
      expect(await subject.pushed.open(request.id, { browser: 'b', at: now })).toBe(false);
    });
  });
}
