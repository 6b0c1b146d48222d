import type { Instant } from '../runtime/clock.ts';
import type { ClientId, GrantId, IdpId, ResourceUri } from '../runtime/identifiers.ts';
import type { CertificateRefusal, MadeCertificate, WantedCertificate } from './provider-certificates.ts';
import type { Diagnosis, Explained } from './diagnosis.ts';
import type { ApiRefusal, ApiRequest, ApiToken } from './downstream-apis.ts';
import type { MachineRequest } from './machine-tokens.ts';
import type {
  LogoutNotice,
  PersonStanding,
  SignedIn,
  SignInRefusal,
  SignInReturn,
  SignInStart,
  SignOutStart,
} from './people.ts';

/** What it is called as a dependency of those that ask it. */
export const downstreamDependency = 'the downstream function';

/** A token of an API on its way from function to function. */
export type ApiTokenText = Omit<ApiToken, 'accessToken'> & { readonly accessToken: string };

/** What other functions ask of the function that alone holds upstream credentials. */
export type DownstreamQuestion =
  | { readonly ask: 'begin'; readonly idp: IdpId; readonly start: SignInStart }
  | { readonly ask: 'complete'; readonly idp: IdpId; readonly back: SignInReturn }
  | { readonly ask: 'standing'; readonly idp: IdpId; readonly grant: GrantId }
  /** To be asked with what is kept for the grant, if that is due at that moment. */
  | { readonly ask: 'renew'; readonly idp: IdpId; readonly grant: GrantId; readonly due: Instant }
  | { readonly ask: 'logout'; readonly idp: IdpId; readonly token: string; readonly enrolled?: ClientId }
  | { readonly ask: 'leave'; readonly idp: IdpId; readonly start: SignOutStart }
  | { readonly ask: 'confirm'; readonly grant: GrantId }
  | { readonly ask: 'waiting'; readonly grants: readonly GrantId[] }
  | { readonly ask: 'forget'; readonly grant: GrantId }
  | { readonly ask: 'exchange'; readonly request: ApiRequest }
  | { readonly ask: 'machine_token'; readonly request: MachineRequest }
  | { readonly ask: 'diagnose'; readonly idp: IdpId; readonly apis: readonly ResourceUri[] }
  | { readonly ask: 'certify'; readonly idp: IdpId; readonly wanted: WantedCertificate };

/** Its answers, one for each question, and the one for all. */
export type DownstreamAnswer =
  | { readonly told: 'begun'; readonly url: string }
  | { readonly told: 'signed_in'; readonly signedIn: SignedIn }
  | { readonly told: 'refused'; readonly refusal: SignInRefusal; readonly explained: Explained }
  | { readonly told: 'standing'; readonly standing: PersonStanding }
  | { readonly told: 'logout'; readonly notice: LogoutNotice }
  /** What is wrong with the logout token, without its values. */
  | { readonly told: 'logout_refused'; readonly problem: string }
  /** Absent: the provider has no way to be signed out. */
  | { readonly told: 'leaving'; readonly url?: string }
  | { readonly told: 'exchanged'; readonly token: ApiTokenText }
  | { readonly told: 'not_exchanged'; readonly refusal: ApiRefusal }
  | { readonly told: 'minted'; readonly token: ApiTokenText; readonly askAgainBy?: Instant }
  | { readonly told: 'not_minted'; readonly refusal: ApiRefusal }
  | { readonly told: 'confirmed' }
  | { readonly told: 'waiting'; readonly grants: readonly GrantId[] }
  | { readonly told: 'forgotten' }
  /** Absent: there is no identity provider of that name. */
  | { readonly told: 'diagnosed'; readonly diagnosis?: Diagnosis }
  | { readonly told: 'certified'; readonly certificate: MadeCertificate }
  | { readonly told: 'not_certified'; readonly refusal: CertificateRefusal }
  /** Something that it needs is down: `dependency` says what, and never a payload. */
  | { readonly told: 'unavailable'; readonly dependency: string; readonly retryAfterSeconds: number };
