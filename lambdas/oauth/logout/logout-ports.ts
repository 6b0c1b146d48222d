import type { IdentityProvider, IdentityProviders } from '../../ports/identity-providers.ts';
import type { UpstreamLogouts } from '../../ports/people.ts';
import type { Client, RegistryReader } from '../../ports/registry.ts';
import type { Seals } from '../../ports/seals.ts';
import type { KeyRings } from '../../ports/signing.ts';
import type { Audit } from '../../runtime/events.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import type { Kept } from '../authorization/outcome.ts';
import type { AddressLimit } from '../limits/caller-limits.ts';
import type { PersonPorts } from '../people/end-person.ts';
import type { LimitRefusal } from '../refusal.ts';

/** What signing a person out needs. */
export interface LogoutPorts extends PersonPorts {
  readonly issuer: Issuer;
  readonly registry: Pick<RegistryReader, 'view'>;
  readonly keyRings: KeyRings;
  readonly idps: IdentityProviders;
  readonly logouts: Pick<UpstreamLogouts, 'leave'>;
  readonly seals: Seals;
  /** Whoever comes here proves nothing, so that every request counts. */
  readonly limit: AddressLimit;
  readonly random: Random;
  readonly audit: Audit;
}

/** Who comes: a browser, with what it keeps for us, sealed. */
export interface LogoutVisit {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly browser: string | undefined;
  readonly session: string | undefined;
  /** What the identity provider gave at the sign-in of that session. */
  readonly hint: string | undefined;
}

/** Where a client wants people back once they are signed out. */
export interface LogoutBack {
  readonly redirectUri: string;
  /** Echoed as it came. */
  readonly state?: string;
}

/** Which client wants a person signed out, if any, and where they go then. */
export interface LogoutTarget {
  readonly client?: Client;
  readonly back?: LogoutBack;
}

export type LogoutRefusal =
  | LimitRefusal
  | { readonly reason: 'client_unknown' }
  | { readonly reason: 'client_disabled' }
  | { readonly reason: 'id_token_hint_of_another_client' }
  | { readonly reason: 'post_logout_redirect_uri_without_client' }
  | { readonly reason: 'post_logout_redirect_uri_not_registered' }
  | { readonly reason: 'state_too_long' }
  | { readonly reason: 'form_expired' }
  | { readonly reason: 'other_browser' }
  | { readonly reason: 'logout_unknown' };

/** What became of the sign-in at the identity provider: it may go on where there is no way to end it, or nobody answers. */
export type Onward = 'sent' | 'none' | 'unavailable';

/** What becomes of a step of a logout. */
export type LogoutOutcome =
  | { readonly go: 'refuse'; readonly refusal: LogoutRefusal }
  | {
      readonly go: 'ask';
      /** The answer brings it back. */
      readonly carried: string;
      readonly browser: Kept;
      readonly target: LogoutTarget;
      /** Who is signed in, where that is known. */
      readonly person?: string;
      /** Absent: nobody is known to be signed in here. */
      readonly ends?: IdentityProvider['onLogout'];
      /** Where the answer may lead at once. */
      readonly idps: readonly IdentityProvider[];
    }
  | { readonly go: 'upstream'; readonly location: URL; readonly pending: Kept }
  | {
      readonly go: 'signed_out';
      readonly onward: Exclude<Onward, 'sent'>;
      readonly target: LogoutTarget;
      /** Where the person may still be signed in. */
      readonly idp?: string;
    }
  /** Back from the identity provider. */
  | { readonly go: 'returned'; readonly target: LogoutTarget }
  | { readonly go: 'stay' };
