import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WrappedKey, WrappedKeyStore } from '../../../lambdas/ports/wrapped-keys.ts';
import type { KeyThumbprint } from '../../../lambdas/runtime/identifiers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface WrappedKeyStoreSubject {
  readonly store: WrappedKeyStore;
  readonly network: UnrulyNetwork;
}

export function aWrappedKey(overrides: Partial<WrappedKey> = {}): WrappedKey {
  return {
    kid: randomUUID() as string as KeyThumbprint,
    intent: randomUUID(),
    algorithm: 'ES256',
    publicJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
    wrappedPrivateKey: Buffer.from('wrapped'),
    ...overrides,
  };
}

/** What every store of wrapped keys promises. */
export function describeWrappedKeyStore(make: () => WrappedKeyStoreSubject): void {
  describe('a store of wrapped keys', () => {
    let subject: WrappedKeyStoreSubject;
    beforeAll(() => {
      subject = make();
    });

    it('gives back what was stored, by its name and by its intent', async () => {
      const { store } = subject;
      const rsa = aWrappedKey({ algorithm: 'RS256', publicJwk: { kty: 'RSA', n: 'n', e: 'AQAB' } });
      for (const key of [aWrappedKey(), rsa]) {
        expect(await store.find(key.kid)).toBeUndefined();
        expect(await store.findByIntent(key.intent)).toBeUndefined();
        expect(await store.add(key)).toEqual(key);
        expect(await store.find(key.kid)).toEqual(key);
        expect(await store.findByIntent(key.intent)).toEqual(key);
      }
    });

    it('keeps one key of an intent, whoever comes', async () => {
      const intent = randomUUID();
      const keys = Array.from({ length: 20 }, () => aWrappedKey({ intent }));
      const kept = await Promise.all(keys.map((key) => subject.store.add(key)));
      const [first] = kept;
      expect(kept).toEqual(keys.map(() => first));
      for (const key of keys) {
        expect(await subject.store.find(key.kid)).toEqual(key.kid === first?.kid ? key : undefined);
      }
    });

    it('takes a lost reply for a success', async () => {
      const key = aWrappedKey();
      subject.network.loseNextReply('TransactWriteItems');
      expect(await subject.store.add(key)).toEqual(key);
      subject.network.loseNextReply('TransactWriteItems');
      await subject.store.remove(key.kid);
      expect(await subject.store.find(key.kid)).toBeUndefined();
    });

    it('leaves nothing of a key that is removed, as often as it is asked', async () => {
      const key = aWrappedKey();
      await subject.store.add(key);
      await Promise.all(Array.from({ length: 5 }, () => subject.store.remove(key.kid)));
      await subject.store.remove(key.kid);
      expect(await subject.store.find(key.kid)).toBeUndefined();
      expect(await subject.store.findByIntent(key.intent)).toBeUndefined();
    });
  });
}
