import type { Instant } from '../runtime/clock.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import type { ClientId, IdpId } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';
import type { Secret } from '../runtime/secret.ts';
import type { IdentityProvider } from './identity-providers.ts';
import type { SealedToken } from './vault.ts';

/** One of our clients as a client of its own at an identity provider. */
export interface EnrolmentName {
  readonly idp: IdpId;
  readonly client: ClientId;
}

/** How such a client proves itself at the provider. */
export interface OwnProof {
  readonly method: 'client_secret_basic' | 'client_secret_post';
  readonly secret: Secret;
}

/** By what it is changed and removed there (RFC 7592 §3). */
export interface OwnRegistration {
  readonly uri: string;
  readonly token: Secret;
}

/** A client as the provider has made it. */
export interface MadeClient {
  /** Its id there. */
  readonly id: string;
  readonly proof: OwnProof;
  /** Absent where the credential of the deployment manages all. */
  readonly registration?: OwnRegistration;
}

/** What is kept of one. The two envelopes open for different functions. */
export interface Enrolment extends EnrolmentName {
  /** Its id at the provider. */
  readonly upstreamId: string;
  readonly enrolledAt: Instant;
  readonly proof: SealedToken;
  readonly registration?: SealedToken;
  /** Its registration was used to change it, and nobody knows what came of that: the provider may have given another in its place. */
  readonly unsure?: true;
}

/** Who alone may use the registration of a client, until when. */
export interface EnrolmentLease {
  readonly attempt: string;
  readonly until: Instant;
}

/** One of the places that a provider has for clients of ours; it is taken before the client is made, and free once it is gone. */
export interface Place extends EnrolmentName {
  readonly since: Instant;
  /** Whose it is: drawn anew by each who takes or holds it. */
  readonly attempt: string;
  /** As the client is called there: it names ours, so that it can be found. */
  readonly name: string;
  /** What is there is being removed, and nobody begins anew with it. */
  readonly leaving?: true;
  /** Nothing is there any more: what remains is to free it. */
  readonly emptied?: true;
}

/** The clients of ours at identity providers, and the places that they take. Every read is strongly consistent. */
export interface Enrolments {
  /**
   * Takes a place, if fewer than `quota` are taken; resolves with the place that the client has already, if it is of another
   * attempt. Asked again by the same attempt (a lost reply), it is done.
   */
  readonly take: (place: Place, quota: number) => Promise<'taken' | 'full' | Place>;
  /** Begins anew with a place as it was read: true for exactly one attempt, and for none once it is left or emptied. */
  readonly hold: (place: Place, next: Pick<Place, 'since' | 'attempt'>) => Promise<boolean>;
  /** Notes that what is there is being removed, so that nobody begins anew; false if somebody has since the place was read. */
  readonly beginLeaving: (place: Place) => Promise<boolean>;
  /** In no particular order. */
  readonly places: (idp: IdpId) => Promise<readonly Place[]>;
  /** Keeps what was made for a client that has a place. Asked again for the same (a lost reply), it is done. */
  readonly keep: (enrolment: Enrolment) => Promise<void>;
  readonly find: (name: EnrolmentName) => Promise<Enrolment | undefined>;
  /**
   * True for exactly one attempt until its lease is over, and again for that same attempt; false where the registration is not
   * the one that was read any more. For a change it is `unsure` from then on, until it is settled.
   */
  readonly lease: (
    enrolment: Enrolment,
    lease: EnrolmentLease,
    what: 'change' | 'removal',
    now: Instant,
  ) => Promise<boolean>;
  /** Keeps what the provider gave in place of the registration, if anything, and ends the lease of that attempt. */
  readonly settle: (
    name: EnrolmentName,
    attempt: string,
    registration: SealedToken | undefined,
  ) => Promise<void>;
  /** Notes what the client is called at the provider from now on. */
  readonly called: (name: EnrolmentName, upstreamName: string) => Promise<void>;
  /**
   * Nothing is at the provider: notes that, forgets what was made, and then frees the place; done before is done. With an
   * attempt it is the place of that attempt or none: a client may have taken another by then.
   */
  readonly forget: (name: EnrolmentName & Partial<Pick<Place, 'attempt'>>) => Promise<void>;
}

/** Seals of the function that makes them. */
export interface EnrolmentSeals {
  /** Asks for all that sealing needs, so that nothing but one write can fail once the provider has answered. */
  readonly prepare: (
    name: EnrolmentName,
  ) => Promise<(made: MadeClient) => Pick<Enrolment, 'proof' | 'registration'>>;
  readonly openRegistration: (
    name: EnrolmentName,
    sealed: SealedToken,
  ) => Promise<{
    readonly registration: OwnRegistration;
    /** Seals another in its place: nothing that could fail is asked. */
    readonly reseal: (registration: OwnRegistration) => SealedToken;
  }>;
}

/** What the function that signs people in opens of them. */
export interface OwnProofs {
  readonly open: (name: EnrolmentName, sealed: SealedToken) => Promise<OwnProof>;
}

/**
 * Why a provider made no client that can be used. `unusable`: it made one, of which `made` is what is needed to remove it,
 * where it told that.
 */
export type UpstreamRegistrationRefusal =
  | { readonly kind: 'refused'; readonly status: number; readonly error?: string }
  | { readonly kind: 'unsupported'; readonly problem: string }
  | {
      readonly kind: 'unusable';
      readonly problem: string;
      readonly made?: Pick<MadeClient, 'id' | 'registration'>;
    };

/** What an administrator has put in for a provider: one token, or a client of its own. */
export type Bootstrap =
  | { readonly kind: 'token'; readonly token: Secret }
  | {
      readonly kind: 'client';
      readonly clientId: string;
      readonly secret: Secret;
      /** Where its token is good for, if that is not told by the issuer. */
      readonly audience?: string;
    };

/** Which client of ours it is, and what it is called there. */
export type Called = Pick<Place, 'client' | 'name'>;

/** The registration APIs of identity providers. Throws `DependencyUnavailable` where one is down. */
export interface UpstreamRegistrations {
  /**
   * Asks for all that it takes to make a client by that name, and resolves with what makes it: by one request, of which what is
   * thrown tells by `hadNoEffect` that nothing came.
   */
  readonly prepare: (
    idp: IdentityProvider,
    called: Called,
  ) => Promise<
    Result<() => Promise<Result<MadeClient, UpstreamRegistrationRefusal>>, UpstreamRegistrationRefusal>
  >;
  /** `gone`: there is no such client any more. `refused`: there may be, and our credential does not remove it. */
  readonly remove: (
    idp: IdentityProvider,
    client: Pick<MadeClient, 'id' | 'registration'>,
  ) => Promise<'removed' | 'gone' | 'refused'>;
  /** Gives a client another name. `token`: in place of the one of its registration, which is good for nothing any more. */
  readonly rename: (
    idp: IdentityProvider,
    made: Pick<MadeClient, 'id' | 'registration'>,
    called: Called,
  ) => Promise<{ readonly outcome: 'renamed'; readonly token?: Secret } | { readonly outcome: 'refused' }>;
  /** The ids of the clients of exactly that name; undefined where the provider lets nobody look. */
  readonly find: (idp: IdentityProvider, name: string) => Promise<readonly string[] | undefined>;
}

/** Why a client is no client of its own at a provider. */
export type EnrolmentRefusal =
  | { readonly reason: 'enrolment_full'; readonly idp: IdpId }
  | {
      readonly reason: 'enrolment_refused';
      readonly idp: IdpId;
      /** In our words, with the provider's error code and nothing else of its answer. */
      readonly detail: string;
      readonly fix: string;
    };

/** Somebody else is at it, and most likely done within seconds. */
export class EnrolmentUnderWay extends DependencyUnavailable {
  readonly isUnderWay = true;
}

/** Enrolment as registration and administration have it done. Throws `DependencyUnavailable` where a provider is down. */
export interface Enrolling {
  /** Where every client that is let in is one of its own. */
  readonly idps: readonly IdpId[];
  /**
   * At all of them or, in the end, at none: what is left of a failure is removed later. Asked again, it finds what is there.
   * `document`: the URL of the metadata document that the client is, for the audit trail.
   */
  readonly enrol: (
    client: ClientId,
    name: string,
    document?: string,
  ) => Promise<Result<undefined, EnrolmentRefusal>>;
  /** Has it called so at all of them; what does not succeed is left to the sweep. */
  readonly rename: (client: ClientId, name: string) => Promise<void>;
  /** Removes it from all of them; done before is done. */
  readonly leave: (client: ClientId) => Promise<void>;
}
