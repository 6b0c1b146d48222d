import { sha256 } from '../../runtime/digest.ts';
import type { Random } from '../../runtime/random.ts';

/** No other token of ours begins so, and scanners for leaked secrets know it by this. */
const prefix = 'vat_';

/** An access token that says nothing, and the id under which what it stands for is kept. */
export function newOpaqueToken(random: Random): { readonly text: string; readonly id: string } {
  const text = `${prefix}${random(32)}`;
  return { text, id: sha256(text) };
}

/** The id of what a token stands for; undefined for a text that has not the form of an opaque one. */
export function opaqueIdOf(token: string): string | undefined {
  return token.startsWith(prefix) ? sha256(token) : undefined;
}
