import { DPoP, type DPoPHandle, generateKeyPair } from 'oauth4webapi';
import type { Talk } from './provider-talk.ts';

/**
 * RFC 9449 §5: tokens of ours at a provider are bound to a key of this instance. A refresh token is not, for we prove
 * ourselves by more than that: any instance can use it.
 */
export function keyProofs(): () => Promise<DPoPHandle> {
  let made: Promise<DPoPHandle> | undefined;
  return () => (made ??= generateKeyPair('ES256').then((pair) => DPoP({}, pair)));
}

/**
 * Sends a request, and once more where the provider wants its nonce in the proof (RFC 9449 §8, §9): the second one is made
 * anew, with another assertion. Without proofs there is one request.
 */
export async function withNonce(
  { options }: Pick<Talk, 'options'>,
  send: () => Promise<Response>,
): Promise<Response> {
  const response = await send();
  return options.DPoP !== undefined && (await wantsNonce(response)) ? send() : response;
}

async function wantsNonce(response: Response): Promise<boolean> {
  // What there is no nonce for would be sent again as it was.
  if (response.status < 400 || !response.headers.has('dpop-nonce')) return false;
  if (/\bDPoP\b.*error="?use_dpop_nonce/i.test(response.headers.get('www-authenticate') ?? '')) return true;
  try {
    return ((await response.clone().json()) as { readonly error?: unknown }).error === 'use_dpop_nonce';
  } catch {
    return false;
  }
}
