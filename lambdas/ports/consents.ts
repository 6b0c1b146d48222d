import type { Instant } from '../runtime/clock.ts';
import type { ClientId, GrantId, PersonId, ResourceUri, ScopeName } from '../runtime/identifiers.ts';

/** What a person granted to one client, of one resource or of the person's own claims. */
export interface ConsentedScope {
  /** Absent: OpenID scopes alone. */
  readonly resource?: ResourceUri;
  readonly scope: readonly ScopeName[];
  /** Whether the client may go on while the person is away. */
  readonly offline: boolean;
}

/** Everything that a person granted to one client. */
export interface ClientConsent {
  readonly clientId: ClientId;
  readonly clientName: string;
  /** Of the client's redirect URIs, keys and authentication: another one, and the person is asked again. */
  readonly fingerprint: string;
  readonly granted: readonly ConsentedScope[];
  readonly grantedAt: Instant;
  /** The grants that were made on it, the oldest first, at most 50. */
  readonly grants: readonly GrantId[];
}

/**
 * Ends grants that are about to be forgotten; where it fails they are not, so that whatever is lost on the way, no grant
 * lives on that nobody knows of. It is asked again of the same grants when another change comes between.
 */
export type EndGrants = (grants: readonly GrantId[]) => Promise<void>;

export interface Consents {
  /** Everything a person granted, strongly consistent. */
  readonly of: (person: PersonId) => Promise<readonly ClientConsent[]>;
  /** Adds what was granted and the grant it was granted for. Another fingerprint starts anew. */
  readonly record: (
    person: PersonId,
    consent: {
      readonly clientId: ClientId;
      readonly clientName: string;
      readonly fingerprint: string;
      readonly granted: ConsentedScope;
      readonly grant: GrantId;
      readonly now: Instant;
    },
    end: EndGrants,
  ) => Promise<void>;
  /** Forgets everything granted to a client. */
  readonly withdraw: (person: PersonId, clientId: ClientId, end: EndGrants) => Promise<void>;
}
