import { expect, it } from 'vitest';
import { refreshTokenDays } from '../../../../lib/config/refresh-tokens.ts';
import { soundConfig } from './a-config.ts';

it.each([
  [undefined, '30/90'],
  [{}, '30/90'],
  [{ idleDays: 7 }, '7/90'],
  [{ idleDays: 180 }, '180/180'],
  [{ absoluteDays: 7 }, '7/7'],
  [{ idleDays: 2, absoluteDays: 10 }, '2/10'],
])('makes of %j the days %s', (refreshTokens, days) => {
  expect(refreshTokenDays({ ...soundConfig, ...(refreshTokens && { refreshTokens }) })).toBe(days);
});
