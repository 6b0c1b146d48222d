import type { ProofMarks } from '../ports/proofs.ts';
import type { AssertionReplay } from '../ports/replay.ts';
import type { Instant } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { AuthenticatedClient } from './client-authentication/authenticate-client.ts';
import { markAssertion } from './client-authentication/mark-assertion.ts';
import { markProof, type Possession } from './dpop/possession.ts';

export interface MarkPorts {
  readonly replay: AssertionReplay;
  readonly proofs: ProofMarks;
  readonly random: Random;
}

/** What a request has shown of its sender: a client that proved itself, a key, or both. */
export interface ShownProofs {
  readonly client?: AuthenticatedClient;
  readonly possession: Possession;
  readonly now: Instant;
}

/**
 * Uses up what proved the sender of a request. With an attempt that is made of what the request does, the same request again is no
 * replay.
 */
export async function markProofs(
  ports: MarkPorts,
  { client, possession, now }: ShownProofs,
  attempt: string | undefined,
): Promise<'assertion_replayed' | 'dpop_proof_replayed' | undefined> {
  if (client !== undefined && !(await markAssertion(ports, client, now, attempt)))
    return 'assertion_replayed';
  const key = possession.ok ? possession.value : undefined;
  return (await markProof(ports, key, now, attempt)) ? undefined : 'dpop_proof_replayed';
}
