import type { ProofMarks } from '../../ports/proofs.ts';
import type { Client } from '../../ports/registry.ts';
import { proofFault, proofWindowSeconds, readProof } from '../../resource-server/dpop-proof.ts';
import { after, instant, type Instant } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { DpopNonces } from './nonces.ts';
import type { ProofRefusal } from './refusal.ts';

/** A key that whoever sent the request has, as its proof shows. */
export interface ProvenKey {
  /** RFC 7638 thumbprint, SHA-256. */
  readonly jkt: string;
  readonly jti: string;
  readonly iat: number;
  /** For the next proof. */
  readonly nonce?: string;
}

/** What the DPoP header of a request shows: a key, undefined where there is no header, or why it shows nothing. */
export type Possession = Result<ProvenKey | undefined, ProofRefusal>;

export interface PossessionPorts {
  /** Undefined where proofs do without. */
  readonly nonces: DpopNonces | undefined;
}

/** Judges the proof of a request to one of our own endpoints; with a token that it came with, where one did. Nothing is used up by it. */
export async function readPossession(
  { nonces }: PossessionPorts,
  header: string | undefined,
  target: { readonly method: string; readonly url: string; readonly accessToken?: string },
  now: Instant,
): Promise<Possession> {
  if (header === undefined) return ok(undefined);
  const read = await readProof(header);
  if (!read.ok) return refuse({ reason: 'dpop_proof_not_acceptable', detail: read.description });
  const { jkt, jti, iat, nonce } = read.proof;
  const fault = await proofFault(read.proof, { ...target, now });
  if (fault !== undefined) return refuse({ reason: 'dpop_proof_not_acceptable', detail: fault });
  if (nonces === undefined) return ok({ jkt, jti, iat });
  const next = await nonces.next(now);
  // RFC 9449 §8: a proof without a nonce of ours is answered with the one to use.
  if (nonce === undefined) return refuse({ reason: 'dpop_nonce_missing', nonce: next });
  return (await nonces.accepts(nonce, now))
    ? ok({ jkt, jti, iat, nonce: next })
    : refuse({ reason: 'dpop_nonce_not_accepted', nonce: next });
}

/**
 * The key that what is issued to a client is bound to, where it is to be bound. With `bound`, what the client presents is of
 * that key: another one, or none, is another caller.
 */
export function boundKey(
  { dpopBound = false }: Pick<Client, 'dpopBound'>,
  possession: Possession,
  bound?: string,
): Possession {
  if (!possession.ok) return possession;
  const key = possession.value;
  if (key === undefined && (dpopBound || bound !== undefined))
    return refuse({ reason: 'dpop_proof_missing' });
  return bound === undefined || key?.jkt === bound ? possession : refuse({ reason: 'dpop_key_not_bound' });
}

/**
 * Uses the proof up. False where another request has used it: RFC 9449 §11.1. `attempt` names the request: by default one that
 * is never made again.
 */
export async function markProof(
  { proofs, random }: { readonly proofs: ProofMarks; readonly random: Random },
  key: Pick<ProvenKey, 'jkt' | 'jti' | 'iat'> | undefined,
  now: Instant,
  attempt = random(16),
): Promise<boolean> {
  if (key === undefined) return true;
  const until = after(instant(Math.ceil(key.iat)), proofWindowSeconds);
  return proofs.markUsed({ jkt: key.jkt, jti: key.jti, until, now, attempt });
}
