import type { Check, Seen } from '../../../ports/diagnosis.ts';
import type { Instant } from '../../../runtime/clock.ts';
import { upstreamSkewSeconds } from '../id-token.ts';
import { check, error, notChecked } from './check.ts';

/** A date is told in whole seconds, and was on its way for some. */
const unnoticedSeconds = 5;

/** How far the provider's clock is off ours, by the Date of an answer. */
export function checkClock(seen: Seen, now: Instant): Check {
  const told = seen.kind === 'answer' ? dateOf(seen.headers) : undefined;
  if (told === undefined) return notChecked('clock', 'its answers tell no date');
  const off = told - now;
  if (Math.abs(off) <= upstreamSkewSeconds) {
    const said = Math.abs(off) <= unnoticedSeconds ? 'it agrees with ours' : `it is ${apart(off)} ours`;
    return check('clock', said, []);
  }
  return check('clock', '', [
    error('clock_skew', {
      what: `The clock of the provider is ${apart(off)} ours`,
      why: `More than ${upstreamSkewSeconds} seconds are not forgiven: its id_tokens are expired, or not valid yet.`,
      fix: 'Have the clock of the provider kept by NTP. (Ours is that of AWS Lambda; where you looked by URL alone, that of this machine.)',
    }),
  ]);
}

/** RFC 9110 §6.6.1; a cache tells by Age how long ago it was. */
function dateOf({ date, age }: Readonly<Record<string, string | undefined>>): number | undefined {
  const milliseconds = Date.parse(date ?? '');
  if (Number.isNaN(milliseconds)) return undefined;
  return milliseconds / 1_000 + (/^\d{1,9}$/.test(age ?? '') ? Number(age) : 0);
}

function apart(off: number): string {
  return `${Math.abs(Math.round(off))} seconds ${off > 0 ? 'ahead of' : 'behind'}`;
}
