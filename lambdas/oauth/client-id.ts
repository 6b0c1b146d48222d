import type { ClientId } from '../runtime/identifiers.ts';
import { isDocumentClientId } from './registration/document-url.ts';

/** Whether the text has the form of a client id: of one registered here, or of the URL of a metadata document. */
export function isClientId(text: string): text is ClientId {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text) || isDocumentClientId(text);
}

/** Characters of the shortest secret a client of ours has: 256 bits in base64url. */
const shortestSecret = 43;

/**
 * Whether a log may repeat what a caller called itself without proving it. Nothing as long as a secret may be
 * repeated, for clients are set up with name and secret swapped; a URL or an id that we made is no secret of ours.
 */
export function isLoggableClientId(text: string): text is ClientId {
  return (
    isClientId(text) && (text.length < shortestSecret || text.startsWith('dyn_') || isDocumentClientId(text))
  );
}
