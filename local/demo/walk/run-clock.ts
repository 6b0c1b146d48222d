import * as v from 'valibot';
import { installVirtualDate } from '../../lambda/worker-clock.ts';

/** The clock of a run that lets it be moved. */
export interface RunClock {
  /** So much time passes in the run, and here; resolves when all that was due has been done. */
  readonly pass: (minutes: number) => Promise<void>;
}

const answerSchema = v.object({ ahead_seconds: v.number() });

/** From now on this process, and every client in it, tells the time of the run. */
export async function followClock(url: string): Promise<RunClock> {
  const slots = new BigInt64Array(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT));
  const follow = async (init?: RequestInit): Promise<void> => {
    const response = await fetch(url, init);
    const { ahead_seconds: seconds } = v.parse(answerSchema, await response.json());
    Atomics.store(slots, 0, BigInt(seconds * 1_000));
  };
  await follow();
  installVirtualDate(slots.buffer);
  return {
    pass: (minutes) => follow({ method: 'POST', body: new URLSearchParams({ minutes: String(minutes) }) }),
  };
}
