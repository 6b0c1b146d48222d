import type { Circuit, Circuits } from '../ports/circuits.ts';
import { after, type Instant } from '../runtime/clock.ts';
import type { Audit } from '../runtime/events.ts';
import type { IdpId } from '../runtime/identifiers.ts';
import { fraction, type Random } from '../runtime/random.ts';

/** Whether an identity provider may be asked, so that one that is down is not asked by everybody, nor by all at once when it is back. */
export interface ProviderGate {
  /** Undefined: now; else when to come again. */
  readonly admit: (idp: IdpId, now: Instant) => Promise<Instant | undefined>;
  readonly answered: (idp: IdpId, now: Instant) => Promise<void>;
  readonly failed: (idp: IdpId, now: Instant) => Promise<void>;
}

export interface GatePorts {
  readonly circuits: Circuits;
  /** Counts one question to the provider: undefined, or when it may be asked again. */
  readonly rate: (idp: IdpId, now: Instant) => Promise<Instant | undefined>;
  readonly random: Random;
  readonly audit: Audit;
}

/** After so many failures in a row one asks, for all. */
const mostFailures = 5;

const [shortestOpen, longestOpen] = [30, 300];

/** Those who wait for the same provider come back within so many seconds, not at once. */
const spreadSeconds = 60;

export function providerGate({ circuits, rate, random, audit }: GatePorts): ProviderGate {
  const spread = (from: Instant): Instant => after(from, 1 + Math.floor(spreadSeconds * fraction(random)));
  return {
    admit: async (idp, now) => {
      const circuit = await circuits.read(idp, now);
      if (circuit !== undefined && circuit.failures >= mostFailures) {
        const { openUntil = now } = circuit;
        if (now < openUntil) return spread(openUntil);
        const until = after(now, openSeconds(circuit));
        if (!(await circuits.open(idp, circuit.openUntil, until, random(16)))) return spread(until);
        audit({ event: 'provider_circuit_opened', idp, failures: circuit.failures, until });
      }
      const retryAt = await rate(idp, now);
      return retryAt && spread(retryAt);
    },
    answered: async (idp, now) => {
      const circuit = await circuits.read(idp, now);
      if (circuit === undefined || circuit.failures === 0) return;
      await circuits.close(idp);
      if (circuit.failures >= mostFailures) audit({ event: 'provider_circuit_closed', idp });
    },
    failed: (idp, now) => circuits.count(idp, now),
  };
}

/** Longer each time that whoever asked for all got no answer. */
function openSeconds({ opened }: Circuit): number {
  return Math.min(longestOpen, shortestOpen * 2 ** Math.min(opened, 10));
}
