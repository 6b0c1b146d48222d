import type { Seals } from '../../ports/seals.ts';
import { after, type Instant } from '../../runtime/clock.ts';

/** What a client has to put into its next proof, so that none can be made long before it is used. */
export interface DpopNonces {
  readonly next: (now: Instant) => Promise<string>;
  readonly accepts: (nonce: string, now: Instant) => Promise<boolean>;
}

/** How long a nonce does. Seconds. */
const nonceSeconds = 300;

/**
 * Nonces that nobody keeps (RFC 9449 §8): each is its own end, sealed, and so every instance knows it. The secret behind these
 * seals is none that a cookie is sealed with.
 */
export function statelessNonces(seals: Seals): DpopNonces {
  return {
    next: (now) => seals.seal('dpop-nonce', '', after(now, nonceSeconds)),
    accepts: async (nonce, now) => (await seals.open('dpop-nonce', nonce, now)) !== undefined,
  };
}
