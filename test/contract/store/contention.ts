import { randomUUID } from 'node:crypto';
import type { AssertionReplay, AssertionUse } from '../../../lambdas/ports/replay.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface ReplaySubject {
  readonly replay: AssertionReplay;
  readonly network: UnrulyNetwork;
}

export interface Contention {
  /** The attempts that were told they came first. */
  readonly winners: readonly string[];
  /** The most calls that were under way at one time. */
  readonly mostInFlight: number;
}

const now = instant(1_800_000_000);

export function aUse(overrides: Partial<AssertionUse> = {}): AssertionUse {
  return {
    issuer: 'planner-client',
    jti: randomUUID(),
    until: after(now, 60),
    now,
    attempt: randomUUID(),
    ...overrides,
  };
}

/** A thousand callers present one assertion at once. */
export async function contend({ replay, network }: ReplaySubject): Promise<Contention> {
  const jti = randomUUID();
  const attempts = Array.from({ length: 1_000 }, () => aUse({ jti }));
  const marks = await Promise.all(attempts.map((use) => replay.markUsed(use)));
  const winners = attempts.filter((_, caller) => marks[caller]).map(({ attempt }) => attempt);
  return { winners, mostInFlight: network.mostInFlight() };
}
