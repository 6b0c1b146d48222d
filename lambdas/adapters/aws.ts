import { DependencyUnavailable } from '../runtime/dependency.ts';

/**
 * What every SDK client of ours is made with: three tries in all, and no try longer than two seconds, so that a
 * request answers 503 well inside the function's own time limit. Times are milliseconds.
 */
export const clientDefaults = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
} as const;

/** For calls that do something anew each time they arrive: one try, and time for it. */
export const triesOnce = {
  maxAttempts: 1,
  requestHandler: { ...clientDefaults.requestHandler, requestTimeout: 10_000 },
} as const;

/**
 * Runs one SDK call. Whatever it throws (throttling, a missing permission, an outage, a lost connection) is the
 * dependency's failure, never the caller's. A call whose refusal is an answer catches that exception inside.
 */
export async function calling<Output>(dependency: string, call: () => Promise<Output>): Promise<Output> {
  try {
    return await call();
  } catch (cause) {
    throw new DependencyUnavailable(dependency, { cause });
  }
}
