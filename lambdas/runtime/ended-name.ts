import { createHash } from 'node:crypto';

/** The claims of an access token by any of which it may be ended. */
export type EndedClaim = 'jti' | 'client_id' | 'agent_id' | 'grant_id' | 'task_id' | 'sub' | 'aud';

/**
 * What the feed of ends calls one value of one claim: 96 bits of SHA-256 in 16 characters of base64url, which tell no
 * stranger what is behind them. `vestibule/resource-server` makes the same of the tokens that it sees.
 */
export type EndedName = string & { readonly __brand: 'EndedName' };

/** Bytes of a digest: so few that a long list stays short, so many that no two names meet by chance. */
const bytes = 12;

export function endedName(claim: EndedClaim, value: string): EndedName {
  // NUL can stand in no claim's name, so no two pairs are digested alike.
  const digest = createHash('sha256').update(`${claim}\0${value}`).digest();
  return digest.subarray(0, bytes).toString('base64url') as EndedName;
}

export function isEndedName(text: string): text is EndedName {
  return /^[A-Za-z0-9_-]{16}$/.test(text);
}
