import * as v from 'valibot';
import type { VestibuleConfig } from './config.ts';
import { fields, wholeFrom } from './fields.ts';
import { show } from './problem.ts';

const days = v.optional(wholeFrom(1, 365, 'days'));

export const refreshTokens = v.pipe(
  fields({ idleDays: days, absoluteDays: days }),
  v.forward(
    v.check(
      ({ idleDays = 1, absoluteDays = 365 }) => idleDays <= absoluteDays,
      ({ input: { idleDays, absoluteDays } }) =>
        `${show(idleDays)} is above absoluteDays, when all ends; write ${show(absoluteDays)} or less`,
    ),
    ['idleDays'],
  ),
);

/** The life of refresh tokens as the token function reads it: `<idle days>/<absolute days>`. */
export function refreshTokenDays({ refreshTokens: given = {} }: VestibuleConfig): string {
  const { absoluteDays = Math.max(90, given.idleDays ?? 0) } = given;
  const { idleDays = Math.min(30, absoluteDays) } = given;
  return `${idleDays}/${absoluteDays}`;
}
