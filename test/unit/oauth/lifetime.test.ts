import { describe, expect, it } from 'vitest';
import { lifetimeSeconds } from '../../../lambdas/oauth/tokens/lifetime.ts';

describe('the life of an access token', () => {
  it.each([
    ['5', 300],
    ['15', 900],
    ['60', 3_600],
  ])('is %s minutes', (minutes, seconds) => {
    expect(lifetimeSeconds(minutes)).toBe(seconds);
  });

  it.each(['4', '61', '15.5', '', 'fifteen', '-15'])(
    'is never %j minutes: the function does not start',
    (minutes) => {
      expect(() => lifetimeSeconds(minutes)).toThrow('access tokens must live 5 to 60 minutes');
    },
  );
});
