/** What became of clients at identity providers, at which they are clients of their own. */
export type EnrolmentEvent =
  /**
   * A client at an identity provider has no registration here any more, or never had one. `unknown`: the registration was never
   * answered and nobody can look for it there, or the token by which it is removed is lost. `refused`: it is there, and our credential does not remove it.
   */
  | {
      readonly event: 'enrolment_ended';
      readonly requestId: string;
      readonly idp: string;
      readonly clientId: string;
      /** As it is called there. */
      readonly upstreamName?: string;
      readonly upstreamClientId?: string;
      readonly reason: 'client_gone' | 'client_expired' | 'never_registered';
      readonly outcome: 'removed' | 'gone' | 'refused' | 'unknown';
    }
  /** A metadata document of a curated host is a client of its own at those identity providers from now on. */
  | {
      readonly event: 'document_enrolled';
      readonly requestId: string;
      readonly documentUrl: string;
      readonly clientId: string;
      readonly idps: readonly string[];
    }
  /** It is none, so that nobody signs in with it: why, and what an administrator can do. */
  | {
      readonly event: 'document_not_enrolled';
      readonly requestId: string;
      readonly documentUrl: string;
      readonly clientId: string;
      readonly idp: string;
      readonly reason: 'enrolment_full' | 'enrolment_refused';
      readonly detail?: string;
      readonly fix?: string;
    }
  /** A client that changed its name keeps the old one at an identity provider, which does not take the change. */
  | {
      readonly event: 'enrolment_not_renamed';
      readonly requestId: string;
      readonly idp: string;
      readonly clientId: string;
    };
