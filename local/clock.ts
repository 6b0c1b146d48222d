const offsetSlot = 0;

/**
 * The clock of a local run: the machine's clock plus an offset that tests advance. The offset lives in shared memory
 * (slot 0 of a BigInt64Array, milliseconds), so that worker threads read the same time without a message.
 */
export interface VirtualClock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number;
  /** Moves the clock; a negative number of seconds moves it back. */
  readonly advance: (seconds: number) => void;
  readonly shared: SharedArrayBuffer;
}

/** With `shared` of another clock, both tell the same time. */
export function createVirtualClock(
  shared = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT),
): VirtualClock {
  const offset = new BigInt64Array(shared);
  return {
    now: () => Date.now() + Number(Atomics.load(offset, offsetSlot)),
    advance: (seconds) => {
      Atomics.add(offset, offsetSlot, BigInt(Math.round(seconds * 1000)));
    },
    shared,
  };
}
