import type { Consents } from '../../ports/consents.ts';
import type { Grants } from '../../ports/grants.ts';
import type { IdentityProvider, IdentityProviders } from '../../ports/identity-providers.ts';
import type { PersonStandings, SignIns } from '../../ports/people.ts';
import type { Persons } from '../../ports/persons.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { Seals } from '../../ports/seals.ts';
import type { Audit } from '../../runtime/events.ts';
import type { Random } from '../../runtime/random.ts';
import type {
  ConnectedAccounts,
  ConnectedAccountsPorts,
  Disconnected,
} from '../connect/connected-accounts.ts';
import type { AddressLimit } from '../limits/caller-limits.ts';
import type { LimitRefusal } from '../refusal.ts';
import type { AccountSession, KeptCookie } from './account-cookie.ts';
import type { GrantedAccess } from './granted-access.ts';
import type { WaitingAccess } from './waiting-access.ts';

/** What the page needs where people see and withdraw what they granted. */
export interface AccountPorts {
  readonly registry: Pick<RegistryReader, 'resources'>;
  readonly idps: IdentityProviders;
  readonly signIns: SignIns;
  readonly consents: Pick<Consents, 'of' | 'withdraw'>;
  readonly persons: Pick<Persons, 'find' | 'noteSession'>;
  readonly grants: Pick<Grants, 'end'>;
  readonly standings: Pick<PersonStandings, 'forget' | 'waiting'>;
  readonly seals: Seals;
  readonly limit: AddressLimit;
  readonly random: Random;
  readonly audit: Audit;
  /** Absent: there are no third parties. */
  readonly connected?: ConnectedAccountsPorts;
}

/** Who comes, with what the browser keeps for this page, sealed. */
export interface AccountVisit {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly cookie: string | undefined;
}

export type AccountRefusal =
  | LimitRefusal
  | { readonly reason: 'no_identity_provider' }
  | { readonly reason: 'form_expired' }
  | { readonly reason: 'sign_in_refused' }
  | { readonly reason: 'sign_in_failed' }
  /** While the person signed in. */
  | { readonly reason: 'sessions_ended' };

export type AccountOutcome =
  | {
      readonly go: 'show';
      readonly session: AccountSession;
      /** As people know it. */
      readonly idp: string;
      /** Its own address; absent where the deployment has it no more. */
      readonly issuer?: string;
      readonly access: readonly GrantedAccess[];
      readonly waiting: readonly WaitingAccess[];
      readonly formToken: string;
      /** Absent: there are no third parties. */
      readonly connected?: ConnectedAccounts;
      /** The client whose access was just withdrawn. */
      readonly withdrawn?: string;
      /** The account that was just disconnected. */
      readonly disconnected?: Disconnected;
    }
  | { readonly go: 'ask_idp'; readonly idps: readonly IdentityProvider[] }
  | { readonly go: 'upstream'; readonly location: URL; readonly kept: KeptCookie }
  | {
      readonly go: 'signed_in';
      readonly kept: KeptCookie;
      /** Where they go on; absent: to the account page. */
      readonly then?: `/${string}`;
    }
  | { readonly go: 'signed_out' }
  | {
      readonly go: 'refuse';
      readonly refusal: AccountRefusal;
      /** Where they begin again; absent: at the account page. */
      readonly then?: `/${string}`;
    };
