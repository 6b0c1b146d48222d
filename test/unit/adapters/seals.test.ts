import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SealPurpose } from '../../../lambdas/ports/seals.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { type SealCloud, startSealCloud } from '../../support/seal-cloud.ts';

let cloud: SealCloud;

beforeEach(async () => {
  cloud = await startSealCloud();
});
afterEach(async () => {
  await cloud.stop();
});

const purposes: readonly SealPurpose[] = ['session', 'browser', 'request', 'account'];
const inAnHour = () => after(cloud.clock(), 3_600);
const runs = { numRuns: 200 } as const;

/** A version id that nobody made. */
const madeUp = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

describe('a sealed value', () => {
  it('opens on every instance for its purpose, whatever it holds, and shows nothing of it', async () => {
    const [here, there] = [cloud.instance(), cloud.instance()];
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(...purposes),
        async (value, purpose) => {
          const sealed = await here.seal(purpose, value, inAnHour());
          expect(sealed).toMatch(/^[\w.-]+$/);
          expect(value.length < 8 || !sealed.includes(value)).toBe(true);
          expect(await there.open(purpose, sealed, cloud.clock())).toBe(value);
        },
      ),
      runs,
    );
  });

  it('opens for no other purpose', async () => {
    const seals = cloud.instance();
    for (const purpose of purposes) {
      const sealed = await seals.seal(purpose, 'canary', inAnHour());
      for (const other of purposes.filter((each) => each !== purpose)) {
        expect(await seals.open(other, sealed, cloud.clock())).toBeUndefined();
      }
    }
  });

  it('opens up to its end and not from there on', async () => {
    const seals = cloud.instance();
    const end = inAnHour();
    const sealed = await seals.seal('session', 'canary', end);
    expect(await seals.open('session', sealed, after(end, -1))).toBe('canary');
    expect(await seals.open('session', sealed, end)).toBeUndefined();
  });

  it('does not open when a character of it is another, is gone or is one too many', async () => {
    const seals = cloud.instance();
    const sealed = await seals.seal('session', 'canary', inAnHour());
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sealed.length - 1),
        fc.constantFrom('', 'A', 'b', '7', '-', '_', '.', '=', ' ', 'é', '\n', 'zz'),
        async (at, put) => {
          const altered = sealed.slice(0, at) + put + sealed.slice(at + 1);
          if (altered === sealed) return;
          expect(await seals.open('session', altered, cloud.clock())).toBeUndefined();
        },
      ),
      runs,
    );
  });

  it('does not open with a later end written on it', async () => {
    const seals = cloud.instance();
    const [version, , box] = (await seals.seal('session', 'canary', inAnHour())).split('.');
    const later = after(cloud.clock(), 36_000).toString(36);
    expect(await seals.open('session', `${version}.${later}.${box}`, cloud.clock())).toBeUndefined();
  });

  it('is never any other text', async () => {
    const seals = cloud.instance();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await seals.open('session', text, cloud.clock())).toBeUndefined();
      }),
      runs,
    );
  });
});

describe('a rotation of the secret', () => {
  it('leaves what was sealed before it open, and a second one ends that', async () => {
    const sealed = await cloud.instance().seal('session', 'canary', inAnHour());
    await cloud.rotate();
    expect(await cloud.instance().open('session', sealed, cloud.clock())).toBe('canary');
    await cloud.rotate();
    expect(await cloud.instance().open('session', sealed, cloud.clock())).toBeUndefined();
  });

  it('ends what was sealed before two of them on instances that know better for five minutes at most', async () => {
    const seals = cloud.instance();
    const sealed = await seals.seal('session', 'canary', inAnHour());
    await cloud.rotate();
    await cloud.rotate();
    cloud.advance(300);
    expect(await seals.open('session', sealed, cloud.clock())).toBeUndefined();
  });

  it('is not used for sealing before whoever meets it would ask for it', async () => {
    const [sealing, opening] = [cloud.instance(), cloud.instance()];
    await cloud.rotate();
    // A stranger has this instance ask just after the rotation, and before anything is sealed.
    for (let second = 0; second <= 60; second += 5) {
      await opening.open('session', `${madeUp(second)}.zzzzzz.${'A'.repeat(80)}`, cloud.clock());
      const sealed = await sealing.seal('session', 'canary', inAnHour());
      expect(await opening.open('session', sealed, cloud.clock())).toBe('canary');
      cloud.advance(5);
    }
  });

  it('is found by an instance that a stranger keeps asking for versions that never were', async () => {
    const stale = cloud.instance();
    await stale.seal('session', 'canary', inAnHour());
    await cloud.rotate();
    cloud.advance(31);
    const sealed = await cloud.instance().seal('session', 'canary', inAnHour());
    expect(sealed).not.toMatch(
      new RegExp(`^${(await stale.seal('session', 'x', inAnHour())).split('.')[0]}`),
    );
    await stale.open('session', `${madeUp(1)}.zzzzzz.${'A'.repeat(80)}`, cloud.clock());
    expect(await stale.open('session', sealed, cloud.clock())).toBe('canary');
  });
});

describe('Secrets Manager', () => {
  it('is not asked again for what an instance knows, and once in 15 seconds for what strangers make up', async () => {
    const seals = cloud.instance();
    const sealed = await seals.seal('session', 'canary', inAnHour());
    expect(cloud.reads()).toBe(2);
    await Promise.all(Array.from({ length: 20 }, () => seals.open('session', sealed, cloud.clock())));
    expect(cloud.reads()).toBe(0);
    cloud.advance(20);
    for (let index = 0; index < 50; index += 1) {
      await seals.open('session', `${madeUp(index)}.zzzzzz.${'A'.repeat(80)}`, cloud.clock());
    }
    expect(cloud.reads()).toBe(2);
  });

  it('is asked once by all who need it at the same time', async () => {
    const seals = cloud.instance();
    await Promise.all(Array.from({ length: 20 }, () => seals.seal('session', 'canary', inAnHour())));
    expect(cloud.reads()).toBe(2);
  });

  it.each(['throttle', 'down'])(
    'that is unavailable (%s) is no open door, and no closed one for later',
    async (kind) => {
      const sealed = await cloud.instance().seal('session', 'canary', inAnHour());
      const seals = cloud.instance();
      cloud.faults.add(`secretsmanager:GetSecretValue=${kind}@*`);
      await expect(seals.open('session', sealed, cloud.clock())).rejects.toThrow(DependencyUnavailable);
      await expect(seals.seal('session', 'canary', inAnHour())).rejects.toThrow(DependencyUnavailable);
      cloud.faults.clear();
      expect(await seals.open('session', sealed, cloud.clock())).toBe('canary');
    },
  );
});
