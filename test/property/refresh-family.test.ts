import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  newFamily,
  placeOf,
  readRefreshToken,
  type RefreshToken,
  ringSeconds,
  ringSize,
  rotate,
  writeRefreshToken,
} from '../../lambdas/oauth/grants/family.ts';
import type { Family } from '../../lambdas/ports/grants.ts';
import { after, instant, type Instant } from '../../lambdas/runtime/clock.ts';
import type { GrantId } from '../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../lambdas/runtime/random.ts';

const start = instant(1_800_000_000);
const life = { idle: 1_000_000, absolute: 2_000_000 };
const grantId = 'g'.repeat(22) as GrantId;

/** A server that keeps one family: reads happen when a request begins, and the one conditional write when it ends. */
function aServer() {
  const born = newFamily(grantId, { life, random: systemRandom }, { now: start });
  let family: Family = born.family;
  let hasEnded = false;
  /** Begins a request; what it answers is decided when it is finished. */
  const begin = (token: RefreshToken, now: Instant) => {
    const read = family;
    return (): Answer => {
      const answer = (seen: Family): Answer => {
        if (hasEnded) return 'refused';
        const place = placeOf(seen, token, now);
        if (place.kind === 'superseded') return place.newest;
        if (place.kind === 'outside') {
          hasEnded = true;
          return 'refused';
        }
        const rotation = rotate(seen, token, { salt: systemRandom(16), idle: life.idle, now });
        if (!rotation.room) return 'busy';
        if (family.current !== seen.current) return answer(family);
        family = rotation.next;
        return rotation.successor;
      };
      return answer(read);
    };
  };
  return { first: born.token, begin, hasEnded: () => hasEnded, family: () => family };
}

/** A client that keeps what it was told last; replies may be lost, and several requests be under way. */
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('finish' as const), which: fc.nat(5), lost: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.nat(20) }) },
  ),
  { maxLength: 60 },
);

describe('a refresh family', () => {
  it('never ends for an honest client, whatever is lost, late or at the same time', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const server = aServer();
        let [now, held] = [start, server.first];
        let underWay: { readonly finish: () => Answer; readonly from: Instant }[] = [];
        for (const step of script) {
          if (step.kind === 'ask') underWay.push({ finish: server.begin(held, now), from: now });
          if (step.kind === 'wait') now = after(now, step.seconds);
          // No request outlives the function that serves it, and no client keeps what is a minute old when it has newer.
          const due = underWay.filter(({ from }) => now - from >= 15);
          underWay = underWay.filter(({ from }) => now - from < 15);
          if (step.kind === 'finish')
            due.push(...underWay.splice(step.which % Math.max(1, underWay.length), 1));
          const isLost = step.kind === 'finish' && step.lost;
          const answers = due.map(({ finish }) => finish());
          if (!isLost) held = answers.reduce<RefreshToken>(newest, held);
          expect(server.hasEnded()).toBe(false);
          expect(server.family().ring.length).toBeLessThanOrEqual(ringSize);
          // A reply that is lost is asked for again within the minute.
          if (now - start > ringSeconds && server.family().generation > held.generation) {
            const again = server.begin(held, now)();
            if (typeof again === 'object') held = again;
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives all who hold one token the same successor, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 7 }), (callers, turns) => {
        const server = aServer();
        let token = server.first;
        for (let turn = 0; turn < turns; turn += 1) {
          const requests = Array.from({ length: callers }, () => server.begin(token, start));
          const answers = requests.map((finish) => finish()) as RefreshToken[];
          expect(new Set(answers.map((each) => writeRefreshToken(each).reveal())).size).toBe(1);
          token = answers[0]!;
        }
        expect(server.begin(server.first, after(start, ringSeconds - 1))()).toEqual(token);
      }),
    );
  });

  it('ends when a token is used after its minute, and says nothing before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(1_000), (turns, later) => {
        const server = aServer();
        let token = server.first;
        for (let turn = 0; turn < turns; turn += 1) token = server.begin(token, start)() as RefreshToken;
        expect(server.begin(server.first, after(start, ringSeconds + later))()).toBe('refused');
        expect(server.begin(token, after(start, ringSeconds + later))()).toBe('refused');
      }),
    );
  });

  it('has room for eight rotations in a minute, and for more after it', () => {
    const server = aServer();
    let token = server.first;
    for (let turn = 0; turn < ringSize; turn += 1) token = server.begin(token, start)() as RefreshToken;
    expect(server.begin(token, after(start, ringSeconds - 1))()).toBe('busy');
    expect(server.begin(token, after(start, ringSeconds))()).toMatchObject({ generation: ringSize + 2 });
  });

  it('keeps nothing by which its tokens could be made', () => {
    const server = aServer();
    const second = server.begin(server.first, start)() as RefreshToken;
    const kept = JSON.stringify(server.family());
    for (const { family, secret } of [server.first, second]) {
      expect(kept).not.toContain(family);
      expect(kept).not.toContain(secret);
    }
  });
});

describe('a refresh token', () => {
  it('is read as it was written', () => {
    const part = (length: number) => fc.stringMatching(new RegExp(`^[A-Za-z0-9_-]{${length}}$`));
    fc.assert(
      fc.property(
        part(22),
        part(43),
        fc.integer({ min: 1, max: 999_999_999 }),
        part(43),
        (id, family, generation, secret) => {
          const token = { grantId: id as GrantId, family, generation, secret };
          expect(readRefreshToken(writeRefreshToken(token).reveal())).toEqual(token);
        },
      ),
    );
  });

  it('is nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readRefreshToken(text)).toBeUndefined();
      }),
    );
  });
});

type Answer = RefreshToken | 'busy' | 'refused';

function newest(held: RefreshToken, answer: Answer): RefreshToken {
  return typeof answer === 'object' && answer.generation > held.generation ? answer : held;
}
