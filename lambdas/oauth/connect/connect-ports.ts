import type { Connecting, ConnectionSummary, ConnectRefusal } from '../../ports/connecting.ts';
import type { ConnectTransactions } from '../../ports/connect-transactions.ts';
import type { EgressProvider, EgressProviders } from '../../ports/egress-providers.ts';
import type { Resource } from '../../ports/registry.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import type { AccountSession } from '../account/account-cookie.ts';
import type { AccountOutcome, AccountPorts, AccountVisit } from '../account/account-ports.ts';
import type { LimitRefusal } from '../refusal.ts';
import type { Choice } from './offer.ts';

/** What the pages need by which people connect their accounts at third parties. */
export interface ConnectPorts extends Pick<
  AccountPorts,
  'registry' | 'idps' | 'signIns' | 'persons' | 'seals' | 'limit' | 'random' | 'audit'
> {
  readonly issuer: Issuer;
  readonly providers: EgressProviders;
  readonly connecting: Pick<Connecting, 'complete' | 'list'>;
  readonly transactions: ConnectTransactions;
}

/** Which page it is: the third party of the path, and whom to preselect. */
export interface ConnectVisit extends AccountVisit {
  readonly provider: string;
  /** Who needs it. */
  readonly agent: string | undefined;
  /** What for, with spaces between. */
  readonly scope: string | undefined;
  /** The agents that share the account; absent: it is the person's own. */
  readonly group: string | undefined;
}

/** Why an account is not connected. */
export type ConnectDeadEnd =
  | LimitRefusal
  | { readonly reason: 'provider_unknown' | 'provider_disabled' | 'provider_not_for_people' }
  /** There is no such group at the provider, or the person may not connect its account. */
  | { readonly reason: 'group_not_theirs' | 'nothing_offered' | 'not_offered' | 'disconnecting' }
  | { readonly reason: 'form_expired' }
  /** Of the return from the third party. */
  | { readonly reason: 'unknown' | 'expired' | 'other_session' | 'other_provider' | 'other_issuer' }
  | { readonly reason: 'answer_incomplete' }
  /** The third party said so itself, with its OAuth error code. */
  | { readonly reason: 'denied'; readonly error: string }
  | { readonly reason: 'not_connected'; readonly refusal: ConnectRefusal }
  /** It came back before, and there is no connection. */
  | { readonly reason: 'over' };

/** What somebody is asked who connects an account. */
export interface ConnectQuestion {
  readonly provider: EgressProvider;
  readonly session: AccountSession;
  /** As people know where they sign in. */
  readonly idp: string;
  readonly group?: string;
  readonly choices: readonly Choice[];
  /** What is ticked: what the connection lets already, and what is asked. */
  readonly ticked: ReadonlySet<string>;
  /** Where scopes are described. */
  readonly resource?: Resource;
  readonly connection?: ConnectionSummary;
  readonly formToken: string;
  /** Nothing was ticked. */
  readonly nothing?: true;
}

export type ConnectOutcome =
  | { readonly go: 'ask'; readonly question: ConnectQuestion }
  | {
      readonly go: 'sign_in';
      readonly outcome: AccountOutcome;
      readonly visit: ConnectVisit;
    }
  | { readonly go: 'provider'; readonly location: URL }
  | {
      readonly go: 'connected';
      readonly provider: EgressProvider;
      readonly connection: ConnectionSummary;
      readonly resource?: Resource;
    }
  | {
      readonly go: 'refuse';
      readonly deadEnd: ConnectDeadEnd;
      /** Where it is one of ours. */
      readonly provider?: EgressProvider;
      /** Where it can be begun again. */
      readonly again?: `/${string}`;
    };
