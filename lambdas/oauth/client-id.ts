import type { ClientId } from '../runtime/identifiers.ts';

/** Whether the text has the form of the client ids that are registered here; the registry is asked for no other. */
export function isClientId(text: string): text is ClientId {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}
