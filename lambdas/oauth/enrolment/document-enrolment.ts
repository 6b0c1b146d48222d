import type { ClientId } from '../../runtime/identifiers.ts';
import { sha256 } from '../../runtime/digest.ts';

/**
 * As what a client is enrolled that is its metadata document: its id is a URL, longer than the names that providers take. No
 * client that registered itself has such an id.
 */
export function documentEnrolmentId(url: string): ClientId {
  return `doc_${sha256(url)}` as ClientId;
}

/** The digest of the URL in such an id; undefined in another. */
export function digestIn(id: ClientId): string | undefined {
  return id.startsWith('doc_') ? id.slice('doc_'.length) : undefined;
}

/** Whether a text has the form of the ids as which clients are enrolled. */
export function isEnrollable(text: string): text is ClientId {
  return /^(?:dyn_[A-Za-z0-9_-]{22,60}|doc_[A-Za-z0-9_-]{43})$/.test(text);
}

/** What administrators read there: what it calls itself, after the host that vouches for it. */
export function documentEnrolmentName(url: string, name: string): string {
  return `${new URL(url).host}: ${name}`;
}
