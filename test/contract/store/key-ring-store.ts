import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyRingStore, SigningKey } from '../../../lambdas/ports/signing.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { aChange } from './mothers.ts';
import type { KeyThumbprint } from '../../../lambdas/runtime/identifiers.ts';

function aKey(kid: string, changes: Partial<SigningKey> = {}): SigningKey {
  return {
    kid: kid as KeyThumbprint,
    custody: { kind: 'kms', keyArn: `arn:aws:kms:us-east-1:1:key/${kid}` },
    algorithm: 'RS256',
    publicJwk: { kty: 'RSA', n: 'n', e: 'AQAB' },
    publishedAt: instant(1_800_000_000),
    ...changes,
  };
}

/** What every store of the key ring promises. `make` gives an empty one. */
export function describeKeyRingStore(make: () => KeyRingStore): void {
  describe('a store of the key ring', () => {
    let ring: KeyRingStore;
    beforeAll(() => {
      ring = make();
    });

    it('starts empty, and gives back what was stored', async () => {
      const empty = await ring.read();
      expect(empty).toEqual({ version: 0, keys: [] });
      const keys = [
        aKey('active', { signFrom: instant(1), signUntil: instant(2), publishUntil: instant(3) }),
        aKey('standby'),
      ];
      expect(await ring.replace(empty, { keys }, aChange())).toBe(true);
      expect(await ring.read()).toEqual({ version: 1, keys });
    });

    it('lets exactly one of many concurrent callers change a version', async () => {
      const from = await ring.read();
      const callers = Array.from({ length: 100 }, (_, position) =>
        ring.replace(from, { keys: [aKey(`key-${position}`)] }, aChange()),
      );
      expect((await Promise.all(callers)).filter(Boolean)).toHaveLength(1);
      expect((await ring.read()).version).toBe(from.version + 1);
    });
  });
}
