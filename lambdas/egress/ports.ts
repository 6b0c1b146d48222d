import type { AssertionSigner } from '../ports/assertion-signer.ts';
import type { Connections, ConnectionSeals } from '../ports/connections.ts';
import type { EgressProviders } from '../ports/egress-providers.ts';
import type { AskThirdParty, EgressSecrets } from '../ports/third-parties.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Audit } from '../runtime/events.ts';
import type { Random } from '../runtime/random.ts';

/** What it takes to keep connections, and to talk to third parties with what is kept. */
export interface ConnectionPorts {
  readonly providers: EgressProviders;
  readonly connections: Connections;
  readonly seals: ConnectionSeals;
  readonly ask: AskThirdParty;
  readonly secrets: EgressSecrets;
  /** For apps that prove themselves by a key in KMS. */
  readonly signer: AssertionSigner;
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly audit: Audit;
}
