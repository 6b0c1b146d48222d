import { base64url } from 'jose';

/** 96 bits of SHA-256 over a claim's name, NUL and its value: what the issuer's feed of ends calls it. */
const bytes = 12;

/** The length of a name in characters. */
export const nameLength = 16;

export async function endedName(claim: string, value: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${claim}\0${value}`));
  return base64url.encode(new Uint8Array(digest, 0, bytes));
}
