import type { ClientId } from '../runtime/identifiers.ts';

/** Whether the text has the form of the client ids that are registered here; the registry is asked for no other. */
export function isClientId(text: string): text is ClientId {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

/** Characters of the shortest secret a client of ours has: 256 bits in base64url. */
const shortestSecret = 43;

/**
 * Whether a log may repeat what a caller called itself without proving it. Nothing as long as a secret may be
 * repeated: clients are set up with name and secret swapped.
 */
export function isLoggableClientId(text: string): text is ClientId {
  return isClientId(text) && text.length < shortestSecret;
}
