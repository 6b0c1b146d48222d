import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  livePrincipalKeys,
  liveRevocationKeys,
  principalEntry,
  revocationEntry,
} from '../../lambdas/adapters/dynamodb/end-keys.ts';
import { longestTokenSeconds } from '../../lambdas/ports/ends.ts';
import { endedAheadSeconds } from '../../lambdas/ports/person-ends.ts';
import { after, instant } from '../../lambdas/runtime/clock.ts';
import { endedName, isEndedName } from '../../lambdas/runtime/ended-name.ts';

const time = fc.integer({ min: 1_700_000_000, max: 4_000_000_000 }).map(instant);

describe('the sets of ends', () => {
  it('that are read hold every revocation of a token that is alive, by clocks a minute apart', () => {
    const alive = fc.integer({ min: -60, max: longestTokenSeconds + 60 });
    fc.assert(
      fc.property(time, alive, fc.string(), (now, left, jti) => {
        const { key, ttl } = revocationEntry(jti, now + left);
        expect(liveRevocationKeys(now)).toContain(key);
        expect(ttl).toBeGreaterThan(now + left + 60);
      }),
    );
  });

  it('that are read hold every end that a token alive may depend on, by clocks a minute apart', () => {
    // The end of a person reaches ahead.
    const ago = fc.integer({ min: -60, max: longestTokenSeconds + endedAheadSeconds + 60 });
    fc.assert(
      fc.property(time, ago, fc.string(), (now, seconds, id) => {
        const at = after(now, -seconds);
        const { key, ttl } = principalEntry(endedName('agent_id', id), at);
        expect(livePrincipalKeys(now)).toContain(key);
        expect(ttl).toBeGreaterThan(at + longestTokenSeconds + endedAheadSeconds);
      }),
    );
  });

  it('are read for as long as what the end of a person reaches ahead to may live, wherever a set ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 240_000, max: 550_000 }), fc.string(), (period, id) => {
        const at = instant(period * 7_200 - 1);
        const { key } = principalEntry(endedName('sub', id), at);
        const last = after(at, endedAheadSeconds + longestTokenSeconds + 60);
        expect(livePrincipalKeys(last)).toContain(key);
      }),
    );
  });

  it('fit one BatchGetItem, each named once', () => {
    fc.assert(
      fc.property(time, (now) => {
        const keys = [...liveRevocationKeys(now), ...livePrincipalKeys(now)];
        expect(keys.length).toBeLessThanOrEqual(100);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('name what ended by 16 characters, another for each claim and value', () => {
    const claim = fc.constantFrom('jti', 'client_id', 'agent_id', 'grant_id', 'sub', 'aud');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(claim, fc.string({ unit: 'binary' })), { selector: String }),
        (all) => {
          const names = all.map(([of, value]) => endedName(of, value));
          expect(names.every(isEndedName)).toBe(true);
          expect(new Set(names).size).toBe(new Set(all.map((pair) => JSON.stringify(pair))).size);
        },
      ),
    );
  });
});
