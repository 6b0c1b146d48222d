import type { CallTime } from '../../ports/third-party-calls.ts';
import { refuse, type Result } from '../../runtime/result.ts';
import type { CallRefusal } from './refusal.ts';

/** What came of a call before its time was over. */
const untilThen = {
  unsent: [
    'out_of_time_unsent',
    'the 25 s of the call were over before anything was sent to the third party',
  ],
  refused: [
    'out_of_time_refused',
    'the third party refused the credential, and the 25 s of the call were over before it had another; nothing was done, call again',
  ],
} as const;

export type SoFar = keyof typeof untilThen;

/** Work on the way of a call, which is refused as soon as it has no time left. A renewal is finished all the same, for whoever calls next. */
export async function inTime<Value>(
  { within }: CallTime,
  soFar: SoFar,
  work: () => Promise<Result<Value, CallRefusal>>,
): Promise<Result<Value, CallRefusal>> {
  const done = await within(work);
  if (done.ok) return done.value;
  const [reason, description] = untilThen[soFar];
  return refuse({ reason, status: 504, error: 'third_party_timed_out', description, isUndone: true });
}
