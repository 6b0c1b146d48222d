import type { Refreshed } from './measure.ts';

/** What each refresh took, by operation: without what a sweep takes that finds nothing, which is the same for any number of leases. */
export function callsOfRefresh({
  leases,
  sweeps,
  idle,
  sweeping,
  working,
}: Refreshed): ReadonlyMap<string, number> {
  const actions = new Set([...working.calls.keys(), ...sweeping.calls.keys()]);
  const share = (action: string): number => {
    const marginal = (sweeping.calls.get(action) ?? 0) - sweeps * (idle.calls.get(action) ?? 0);
    return (marginal + (working.calls.get(action) ?? 0)) / leases;
  };
  return new Map([...actions].map((action) => [action, share(action)]));
}

/** All together. */
export function callsOf(refreshed: Refreshed): number {
  return [...callsOfRefresh(refreshed).values()].reduce((sum, count) => sum + count, 0);
}
