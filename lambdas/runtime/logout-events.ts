/** What an identity provider tells of those who signed out there. `of`: all their sessions, or one of them. */
export type UpstreamLogoutEvent = { readonly requestId: string; readonly sourceAddress: string } & (
  | {
      readonly event: 'signed_out_upstream';
      readonly idp: string;
      readonly of: 'person' | 'session';
      /** Absent where nobody here had that session. */
      readonly person?: string;
      /** How many were ended. */
      readonly grants: number;
    }
  /** The same token again, by whoever may not have got the answer. */
  | { readonly event: 'upstream_logout_repeated'; readonly idp: string }
  | {
      readonly event: 'upstream_logout_refused';
      readonly idp?: string;
      readonly reason: string;
      /** What is wrong with the token. */
      readonly detail?: string;
    }
);

/** What people and their clients do about being signed in here. */
export type LogoutEvent = { readonly requestId: string; readonly sourceAddress: string } & (
  | {
      readonly event: 'signed_out';
      /** Whose word it was: the client's, by an id_token of the person, or the person's own. */
      readonly by: 'client' | 'person';
      /** Absent where nobody was signed in at the browser. */
      readonly person?: string;
      readonly clientId?: string;
      readonly idp?: string;
      /** How many were ended. */
      readonly grants: number;
      /** Whether they went on to be signed out at the identity provider, which may have no way, or be down. */
      readonly onward: 'sent' | 'none' | 'unavailable';
    }
  | { readonly event: 'logout_declined'; readonly person?: string; readonly clientId?: string }
  | { readonly event: 'logout_refused'; readonly reason: string }
);
