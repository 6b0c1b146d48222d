/** Says that a task goes on, for as long as something is done under it. */
export interface Heartbeats {
  /** Does what it is given, and beats meanwhile where it is time to; when it is done, nothing is left behind. */
  readonly during: <Outcome>(work: () => Promise<Outcome>) => Promise<Outcome>;
  /** Somebody has beaten just now. */
  readonly beaten: () => void;
  /** Nobody waits for any more of them. */
  readonly stop: () => void;
}

/** Of the interval: after the first part it is time for the next, and after the second, where one was lost, to try again. */
const parts = { next: 0.5, again: 0.05 } as const;
/** What a timer takes. Seconds. */
const longestTimer = 2_000_000;

/** `beat` never rejects: it says whether somebody heard it. No timer runs while nothing is done. */
export function heartbeats(options: {
  readonly seconds: number;
  readonly beat: () => Promise<boolean>;
  /** Seconds since 1970. */
  readonly now: () => number;
}): Heartbeats {
  const { seconds, now } = options;
  let due = now() + seconds * parts.next;
  let busy = 0;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let beating: Promise<void> | undefined;

  async function beat(): Promise<void> {
    const heard = await options.beat();
    due = now() + seconds * (heard ? parts.next : parts.again);
    beating = undefined;
    schedule();
  }

  function schedule(): void {
    if (busy === 0 || stopped || timer !== undefined || beating !== undefined) return;
    const wait = Math.min(Math.max(0, due - now()), longestTimer);
    timer = setTimeout(() => {
      timer = undefined;
      if (now() >= due) beating = beat();
      else schedule();
    }, wait * 1_000);
  }

  function rest(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    during: async (work) => {
      busy += 1;
      if (now() >= due && !stopped) beating ??= beat();
      schedule();
      try {
        return await work();
      } finally {
        busy -= 1;
        if (busy === 0) rest();
        await beating;
      }
    },
    beaten: () => {
      due = now() + seconds * parts.next;
      rest();
      schedule();
    },
    stop: () => {
      stopped = true;
      rest();
    },
  };
}
