/** Waits for messages, on the clock of the run. */
export interface Arrivals {
  /** Something may have become visible. */
  readonly changed: () => void;
  /** Resolves when the condition holds, or after so many seconds, whichever clock has counted them first. */
  readonly wait: (holds: () => boolean, seconds: number) => Promise<void>;
  /** Ends every wait. */
  readonly stop: () => void;
}

interface Waiter {
  readonly isOver: () => boolean;
  readonly resolve: () => void;
}

const lookMilliseconds = 50;

/** Whoever moves the clock tells nobody: while somebody waits, it is looked at again and again. */
export function createArrivals(now: () => number): Arrivals {
  const waiters = new Set<Waiter>();
  let ticker: NodeJS.Timeout | undefined;
  const changed = (): void => {
    for (const waiter of waiters) {
      if (!waiter.isOver()) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
    if (waiters.size > 0) return;
    clearInterval(ticker);
    ticker = undefined;
  };
  return {
    changed,
    wait: (holds, seconds) => {
      const [virtual, real] = [now() + 1_000 * seconds, performance.now() + 1_000 * seconds];
      const isOver = (): boolean => holds() || now() >= virtual || performance.now() >= real;
      if (isOver()) return Promise.resolve();
      return new Promise((resolve) => {
        waiters.add({ isOver, resolve });
        ticker ??= setInterval(changed, lookMilliseconds);
      });
    },
    stop: () => {
      clearInterval(ticker);
      ticker = undefined;
      for (const { resolve } of waiters) resolve();
      waiters.clear();
    },
  };
}
