import { describe, expect, it } from 'vitest';
import { livingOn } from '../../../lambdas/registry/self-registration.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import { aClient, anAgent } from '../../contract/store/mothers.ts';

const now = instant(1_800_000_000);
const policy = { mode: 'approval', unusedSeconds: 3_600 } as const;

describe('the life of what an operator enables', () => {
  it('is never less than it was, and at least that of one that registers now', () => {
    const ends = [after(now, -86_400), now, after(now, 3_599), after(now, 3_601), after(now, 86_400)];
    const lives = ends.map((expiresAt) => livingOn(aClient({ expiresAt }), policy, now).expiresAt);
    expect(lives).toEqual([3_600, 3_600, 3_600, 3_601, 86_400].map((seconds) => after(now, seconds)));
  });

  it('has no end where it had none', () => {
    for (const thing of [aClient(), anAgent()]) expect(livingOn(thing, policy, now)).toEqual(thing);
  });
});
