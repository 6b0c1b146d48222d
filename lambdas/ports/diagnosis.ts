import type { IdpId, ResourceUri } from '../runtime/identifiers.ts';
import type { ExchangeFault } from './downstream-apis.ts';

/**
 * `error`: people cannot sign in, or not all of them; of a downstream API, that nobody gets a token of it, or not all. `warning`: they
 * can, and something is worth a look.
 */
export type Severity = 'error' | 'warning';

/** One mis-setting. Holds no secret, no token, and of what a token says no more than the names of claims. */
export interface Finding {
  /** Stable, for machines. */
  readonly code: string;
  readonly severity: Severity;
  /** What was seen. */
  readonly what: string;
  /** What comes of it. */
  readonly why: string;
  /** What to change, and where. */
  readonly fix: string;
}

/** What was looked at. */
export type CheckSubject =
  | 'discovery'
  | 'keys'
  | 'clock'
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'downstream_api'
  | 'token'
  | 'sign_in';

export interface Check {
  readonly subject: CheckSubject;
  /** The id of the downstream API that was looked at. */
  readonly of?: string;
  readonly outcome: 'good' | Severity | 'not_checked';
  /** One line for people, where nothing was found or nothing could be looked at. */
  readonly said: string;
  readonly findings: readonly Finding[];
}

/** What a look at an identity provider showed. */
export interface Diagnosis {
  readonly issuer: string;
  readonly profile: string;
  readonly checks: readonly Check[];
}

/** Why a sign-in was refused, as the audit trail has it. */
export type Explained = Pick<Finding, 'code' | 'fix'>;

/** What a provider answered, or that it did not. */
export type Seen =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Lower-case names. */
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: string;
    }
  | { readonly kind: 'no_answer'; readonly why: NoAnswer };

export type NoAnswer =
  | 'name_unknown'
  | 'unreachable'
  | 'tls'
  | 'timed_out'
  | 'too_large'
  | 'url_not_allowed'
  | 'address_not_allowed';

/** Looks at a URL of a provider: one GET, guarded, without following anything. Never throws for what it meets. */
export type Look = (url: string) => Promise<Seen>;

/** What a token endpoint said to a code, or to a token for exchange, that nobody gave. */
export interface ProbedToken {
  readonly status: number;
  readonly error?: string;
  /** The provider's own number for it, such as `AADSTS7000215`. */
  readonly vendorCode?: string;
  /** Of an exchange. */
  readonly fault?: ExchangeFault;
}

/** Looks at the identity providers of the deployment, with the credentials that it has there. */
export interface ProviderDoctor {
  /**
   * Undefined where there is none of that name. `apis`: those of it that are looked at as well. Throws `DependencyUnavailable` where
   * we cannot look.
   */
  readonly diagnose: (idp: IdpId, apis: readonly ResourceUri[]) => Promise<Diagnosis | undefined>;
}
