import { randomInt } from 'node:crypto';

/** Runs what it is given one at a time; of those that wait, any may be next. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let isTaken = false;
  return async (work) => {
    if (isTaken) await new Promise<void>((go) => waiting.push(go));
    isTaken = true;
    try {
      return await work();
    } finally {
      const [next] = waiting.length > 0 ? waiting.splice(randomInt(waiting.length), 1) : [];
      if (next === undefined) isTaken = false;
      else next();
    }
  };
}
