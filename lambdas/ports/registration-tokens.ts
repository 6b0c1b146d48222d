import type { Instant } from '../runtime/clock.ts';
import type { Client } from './registry.ts';
import type { Page, PageRequest } from './registry-store.ts';

/** An initial access token (RFC 7591 §1.2) as it is kept: whoever has its value may register clients. */
export interface RegistrationToken {
  /** `rt_` and random characters; part of the value, and no secret. */
  readonly id: string;
  /** As operators read it. */
  readonly name: string;
  /** SHA-256 of the value. */
  readonly digest: string;
  readonly expiresAt: Instant;
  /** How many clients it may register, and how many it has. Absent: any number until it expires, and nobody counts. */
  readonly uses?: { readonly most: number; readonly made: number };
  readonly createdAt: Instant;
  /** The ARN of the operator who made it. */
  readonly createdBy: string;
}

/** Initial access tokens as the registration endpoint sees them. */
export interface RegistrationTokens {
  /** Strongly consistent; an expired one too, until it is swept. */
  readonly find: (id: string) => Promise<RegistrationToken | undefined>;
  /**
   * Counts one use and keeps the client that was registered by it, both or neither; whose reply was lost counts once.
   * False, and nothing written, if the token has no use left, has expired or was removed. `client` has an id of its own
   * that nobody else drew.
   */
  readonly register: (
    token: RegistrationToken,
    client: Client,
    now: Instant,
    requestId: string,
  ) => Promise<boolean>;
}

/** The same as operators see them. */
export interface RegistrationTokenStore {
  /** Strongly consistent. */
  readonly find: (id: string) => Promise<RegistrationToken | undefined>;
  /** Keeps a token under an id that nobody else drew. */
  readonly create: (token: RegistrationToken) => Promise<void>;
  /** In the order of ids; one made less than a second ago may be missing. `undefined`: no such cursor. */
  readonly list: (page: PageRequest) => Promise<Page<RegistrationToken> | undefined>;
  /** It registers nothing from then on; what it registered stays. To find none is as good. */
  readonly remove: (id: string) => Promise<void>;
}
