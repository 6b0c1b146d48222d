import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { feedOfEnds } from '../../../lambdas/oauth/ends/feed.ts';
import type { Ends } from '../../../lambdas/ports/ends.ts';
import { after, type Instant } from '../../../lambdas/runtime/clock.ts';
import { endedName } from '../../../lambdas/runtime/ended-name.ts';
import { aKeyRing, aSigningKey, issuer, now, processSigner } from './mothers.ts';

const none: Ends = { tokens: [], principals: new Map() };

/** A feed over a store that answers `ends`, or what each call makes of it. */
function aFeed(ends: Ends | (() => Promise<Ends>) = none) {
  const read: Instant[] = [];
  const current = feedOfEnds({
    issuer,
    ends: {
      current: (at) => {
        read.push(at);
        return typeof ends === 'function' ? ends() : Promise.resolve(ends);
      },
    },
    keyRings: { current: () => Promise.resolve(aKeyRing(aSigningKey())) },
    signer: processSigner,
  });
  return { current, read };
}

describe('the feed of ends', () => {
  it('is made once for all who ask at the same time, and again after ten seconds', async () => {
    const { current, read } = aFeed();
    const editions = await Promise.all(Array.from({ length: 20 }, () => current(now)));
    expect(new Set(editions.map(({ jwt }) => jwt)).size).toBe(1);
    await current(after(now, 9));
    expect(read).toEqual([now]);
    expect((await current(after(now, 10))).issuedAt).toBe(now + 10);
    expect(read).toEqual([now, now + 10]);
  });

  it('forgets a failure', async () => {
    const answers = [() => Promise.reject(new Error('down')), () => Promise.resolve(none)];
    const { current } = aFeed(() => (answers.shift() ?? answers[0]!)());
    const asked = await Promise.allSettled([current(now), current(now)]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await current(now)).issuedAt).toBe(now);
  });

  it('waits for no reading that an instance slept over', async () => {
    const answers = [() => new Promise<Ends>(() => undefined), () => Promise.resolve(none)];
    const { current } = aFeed(() => answers.shift()!());
    void current(now);
    expect((await current(after(now, 600))).issuedAt).toBe(now + 600);
  });

  it('says what ended, in an order that tells nothing, and leaves out what no living token can depend on', async () => {
    const [one, other, old] = ['one', 'other', 'old'].map((id) => endedName('agent_id', id));
    const tokens = ['c', 'a', 'b'].map((jti) => endedName('jti', jti));
    const principals = new Map([
      [one!, after(now, 30)],
      [other!, after(now, -3_600)],
      [old!, after(now, -3_700)],
    ]);
    const { jwt } = await aFeed({ tokens, principals }).current(now);
    expect(decodeJwt(jwt)).toEqual({
      ...{ iss: issuer, iat: now, exp: now + 30 },
      ends: {
        tokens: tokens.toSorted().join(''),
        principals: { [one!]: now + 30, [other!]: now - 3_600 },
      },
    });
  });
});
