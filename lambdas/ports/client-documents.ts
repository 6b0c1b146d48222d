import type { Instant } from '../runtime/clock.ts';
import type { IdpId } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';
import type { DocumentRefusal } from './documents.ts';

/** A document and how long its host lets it be kept. */
export interface DatedDocument {
  readonly json: unknown;
  /** Seconds from now; 0 for what may not be kept, undefined where the host says nothing. */
  readonly freshSeconds: number | undefined;
}

/** As `Documents`, for documents that are kept by the rules of HTTP. */
export interface DatedDocuments {
  readonly fetchDated: (url: string) => Promise<Result<DatedDocument, DocumentRefusal>>;
}

/** Seconds for which a document stands in while its host fails. */
export const longestOutage = 7 * 86_400;

/** A client's metadata document as it was last accepted. */
export interface KeptDocument {
  /** The `client_id`. */
  readonly url: string;
  readonly json: unknown;
  readonly acceptedAt: Instant;
  /** Until then it is used unasked. */
  readonly freshUntil: Instant;
  /** When its host said that there is none such: it stands in for nothing any more. */
  readonly goneAt?: Instant;
  /** Until then it stays where it is kept, or longer. */
  readonly keptUntil?: Instant;
  /** The identity providers at which the client is one of its own, for as long as the copy is kept. */
  readonly enrolledAt?: readonly IdpId[];
}

export interface KeptDocuments {
  /**
   * Keeps the document in place of one that was accepted earlier; one accepted later stays. It is there for as long as it
   * may stand in for its host, and for as long as the last `markUsed` gave it.
   */
  readonly keep: (document: KeptDocument) => Promise<void>;
  /** As it is kept now; strongly consistent. */
  readonly find: (url: string) => Promise<KeptDocument | undefined>;
  /**
   * Notes where the client is one of its own, and keeps the copy for as long from then on as one that is accepted then; false
   * where none is kept.
   */
  readonly markEnrolled: (url: string, idps: readonly IdpId[], at: Instant) => Promise<boolean>;
  /** Has the copy outlive all that a sign-in at that time may end in; where none is kept, nothing is. */
  readonly markUsed: (url: string, at: Instant) => Promise<void>;
  /** Marks the copy as gone, if it was accepted by then; where none is kept, nothing is. */
  readonly markGone: (url: string, at: Instant) => Promise<void>;
}

/** The kept copies as the function reads them that removes their clients from identity providers. */
export interface EnrolledDocuments {
  /** By the SHA-256 of the URL; strongly consistent. */
  readonly find: (digest: string) => Promise<KeptDocument | undefined>;
  /** Takes the note of where the client is one of its own from a copy that is still as it was read; false where it is not. */
  readonly unmark: (digest: string, seen: KeptDocument) => Promise<boolean>;
}

/** What is wrong with a metadata document, or with the way to it. The words are for its developer, and hold no secret. */
export interface DocumentFault {
  /** The class of it, for the audit trail: nothing of what the document or its host says. */
  readonly fault:
    | 'client_id_malformed'
    | 'client_id_mismatch'
    | 'host_denied'
    | 'metadata_invalid'
    | 'never_used'
    | 'not_json'
    | 'redirect'
    | 'special_use_address'
    | 'status_not_ok'
    | 'timeout'
    | 'too_large'
    | 'unreachable'
    | 'url_not_allowed';
  readonly detail: string;
}

/** Why the client of a metadata document is not known. */
export interface ClientDocumentRefusal extends DocumentFault {
  /** `denied`: by the deployment's policy. `unreachable`: its host answers with no document now. */
  readonly reason: 'denied' | 'unreachable' | 'invalid';
}
