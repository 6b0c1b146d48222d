const offsetSlot = 0;
const heldSlot = 1;

/** The machine's own time in milliseconds, also where `Date` tells that of a run. */
export const machineNow: () => number = Date.now.bind(Date);

/**
 * The clock of a local run: the machine's clock plus an offset that tests advance. Both slots live in shared memory (a
 * BigInt64Array, milliseconds), so that worker threads read the same time without a message: slot 0 is the offset, and slot 1
 * the time at which the clock stands still, or 0.
 */
export interface VirtualClock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number;
  /** Moves the clock; a negative number of seconds moves it back. */
  readonly advance: (seconds: number) => void;
  /** No time passes while this runs, however slow the machine is; afterwards the clock tells what it would have told. */
  readonly standStill: <T>(during: () => Promise<T>) => Promise<T>;
  readonly shared: SharedArrayBuffer;
}

/** With `shared` of another clock, both tell the same time. */
export function createVirtualClock(
  shared = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT),
): VirtualClock {
  const slots = new BigInt64Array(shared);
  const now = (): number =>
    Number(Atomics.load(slots, heldSlot)) || machineNow() + Number(Atomics.load(slots, offsetSlot));
  return {
    now,
    advance: (seconds) => {
      const milliseconds = BigInt(Math.round(seconds * 1000));
      Atomics.add(slots, offsetSlot, milliseconds);
      if (Atomics.load(slots, heldSlot) !== 0n) Atomics.add(slots, heldSlot, milliseconds);
    },
    standStill: async (during) => {
      Atomics.store(slots, heldSlot, BigInt(now()));
      try {
        return await during();
      } finally {
        Atomics.store(slots, heldSlot, 0n);
      }
    },
    shared,
  };
}
