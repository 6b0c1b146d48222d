import type { Connection, ConnectionOutcome } from '../ports/connections.ts';
import { after, type Instant } from '../runtime/clock.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import type { EgressProviderId } from '../runtime/identifiers.ts';
import { untilKnown } from '../runtime/until-known.ts';
import type { ConnectionPorts } from './ports.ts';
import type { ThirdPartyRefusal } from './refusal.ts';

/** Seconds after a failure in which a third party is left alone. */
const failureSeconds = 5;
/** Seconds that one may take to ask: longer than two questions take with all that is asked of AWS before and after. */
const leaseSeconds = 26;
/** Milliseconds between the tries of a write that must not be lost. */
const writePauses = [100, 400, 1_600] as const;

/** Looks until something is known. Throws where another asks it for longer than anybody waits. */
export async function untilAnswered<Known>(
  { pause }: Pick<ConnectionPorts, 'pause'>,
  provider: EgressProviderId,
  look: () => Promise<Known | undefined>,
): Promise<Known> {
  const known = await untilKnown(pause, look);
  if (known === undefined) throw unavailable(provider, 'another asks it');
  return known;
}

/** A connection that nobody else renews or revokes meanwhile. */
export interface Leased {
  readonly connection: Connection;
  /** Whoever had the lease before never said what came of it: something may have been sent, and answered. */
  readonly isAfterSilence: boolean;
  readonly settle: (outcome: ConnectionOutcome) => Promise<void>;
  readonly remove: () => Promise<void>;
}

export function leaseIsFree({ clock }: Pick<ConnectionPorts, 'clock'>, { lease }: Connection): boolean {
  return lease === undefined || clock() >= lease.until;
}

/** Undefined where somebody else has it, or had it since it was read. */
export async function leaseOf(ports: ConnectionPorts, connection: Connection): Promise<Leased | undefined> {
  const { connections, clock, random } = ports;
  if (!leaseIsFree(ports, connection)) return undefined;
  const now = clock();
  const attempt = random(16);
  const lease = { attempt, until: after(now, leaseSeconds) };
  if (!(await connections.lease(connection, lease, now))) return undefined;
  return {
    connection,
    isAfterSilence: connection.lease !== undefined,
    settle: async (outcome) => {
      await firmly(ports, () => connections.settle(connection, attempt, outcome, clock()));
    },
    remove: async () => {
      await firmly(ports, () => connections.remove(connection, attempt));
    },
  };
}

/** A third party may have spent what was sent: what it gave in its place is not given up at the first failure. */
export async function firmly<Done>(
  { pause }: Pick<ConnectionPorts, 'pause'>,
  write: () => Promise<Done>,
): Promise<Done> {
  for (const wait of writePauses) {
    try {
      return await write();
    } catch {
      await pause(wait);
    }
  }
  return write();
}

export function unavailable(
  provider: EgressProviderId,
  why: string,
  retryAfterSeconds = failureSeconds,
): DependencyUnavailable {
  return new DependencyUnavailable(`third party ${provider}`, { cause: new Error(why), retryAfterSeconds });
}

/** Seconds in which a third party is left alone that gave nothing: at least as after any failure. */
export function pauseSeconds({ notBefore }: Pick<ThirdPartyRefusal, 'notBefore'>, now: Instant): number {
  return notBefore === undefined ? failureSeconds : Math.max(notBefore - now, failureSeconds);
}

/** Throws for as long as nobody asks for another token: none could be given a moment ago, or none is to be asked for. */
export function throwIfLeftAlone(
  { clock }: Pick<ConnectionPorts, 'clock'>,
  { provider, failedAt, notBefore }: Connection,
): void {
  const now = clock();
  const ofFailure = failedAt === undefined ? 0 : after(failedAt, failureSeconds) - now;
  const left = Math.max(ofFailure, (notBefore ?? now) - now);
  if (left > 0) throw unavailable(provider, 'it failed a moment ago', left);
}

/** Whatever of ours failed on the way: nobody gets further before it is asked again. */
export function untilAskedAgain(error: unknown): unknown {
  if (!(error instanceof DependencyUnavailable)) return error;
  const { dependency, cause, retryAfterSeconds } = error;
  const seconds = Math.max(retryAfterSeconds, failureSeconds);
  return new DependencyUnavailable(dependency, { cause, retryAfterSeconds: seconds });
}
