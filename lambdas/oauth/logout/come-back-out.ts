import type { Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import { refused } from './ask-logout.ts';
import { openPending, type PendingLogout } from './carried-logout.ts';
import type { LogoutOutcome, LogoutPorts, LogoutVisit } from './logout-ports.ts';
import { findTarget } from './logout-request.ts';

export interface LogoutReturn extends Pick<LogoutVisit, 'requestId' | 'sourceAddress'> {
  /** The logout that is on its way in the browser, sealed. */
  readonly pending: string | undefined;
  readonly state: string | undefined;
}

/** Takes a person back from where they were signed out, and on to the client. Everything has ended by now: nothing is decided. */
export function comeBackOut(
  ports: LogoutPorts,
): (visit: LogoutReturn, now: Instant) => Promise<LogoutOutcome> {
  return async (visit, now) => {
    const counted = await ports.limit.count(visit.sourceAddress, now);
    if (!counted.ok) return refused(ports, visit, counted.refusal);
    const pending = await openPending(ports.seals, visit.pending, now);
    if (pending === undefined || !isOf(pending, visit.state)) {
      return refused(ports, visit, { reason: 'logout_unknown' });
    }
    const target = await findTarget(ports.registry, pending, now);
    // What the client registered has changed meanwhile: the person is signed out, and goes nowhere.
    return { go: 'returned', target: target.ok ? target.value : {} };
  };
}

/** Some providers, such as Cognito, give no state back. */
function isOf({ upstreamState }: PendingLogout, state: string | undefined): boolean {
  return state === undefined || sameDigest(sha256(state), sha256(upstreamState));
}
