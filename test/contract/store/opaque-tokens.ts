import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OpaqueTokens } from '../../../lambdas/ports/opaque-tokens.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface OpaqueTokenSubject {
  readonly opaque: OpaqueTokens;
  readonly network: UnrulyNetwork;
}

/** What every store of opaque tokens promises. */
export function describeOpaqueTokens(make: () => OpaqueTokenSubject): void {
  describe('a store of opaque tokens', () => {
    let subject: OpaqueTokenSubject;
    beforeAll(() => {
      subject = make();
    });
    const aToken = () => ({ id: randomUUID(), claims: '{"sub":"x"}', expiresAt: instant(1_800_000_000) });

    it('gives back what it keeps, and nothing for another id', async () => {
      const token = aToken();
      await subject.opaque.keep(token);
      expect(await subject.opaque.find(token.id)).toEqual(token);
      expect(await subject.opaque.find(randomUUID())).toBeUndefined();
    });

    it('takes a lost reply for the success that it was, and changes nothing that it keeps', async () => {
      const token = aToken();
      subject.network.loseNextReply('PutItem');
      await subject.opaque.keep(token);
      await subject.opaque.keep({ ...token, claims: '{"sub":"y"}' });
      expect(await subject.opaque.find(token.id)).toEqual(token);
    });
  });
}
