import type { ConsentedScope } from '../../ports/consents.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { Client, Resource } from '../../ports/registry.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { GuessRefusal } from '../device/guess-limit.ts';
import type { PageRefusal, RedirectBack, RedirectRefusal, WayBack } from './refusal.ts';

/** A value that the browser keeps, and for how long; sealed for as long. */
export interface Kept {
  readonly value: string;
  readonly seconds: number;
}

/** A session, with what the identity provider is shown again when it ends. */
export interface KeptSession extends Kept {
  readonly hint?: Kept;
}

/** Whether a browser is sent on to the client, or the person is asked whether they want to go there. */
export type Leave = 'at_once' | 'by_choice';

/** What a client is told, at its redirect URI. */
export interface ClientAnswer {
  readonly go: 'to_client';
  readonly client: Client;
  readonly back: RedirectBack;
  readonly answer: { readonly code: Secret } | { readonly refusal: RedirectRefusal };
  readonly leave: Leave;
  /** Who signed in, to be kept. */
  readonly session?: KeptSession;
}

/** A page that asks the person for something; the answer brings `carried` back. */
interface Question {
  readonly carried: string;
  readonly browser: Kept;
  readonly client: Client;
  readonly back: WayBack;
}

export interface ConsentQuestion extends Question {
  readonly go: 'ask_consent';
  readonly access: ConsentedScope;
  readonly resource?: Resource;
  readonly idp: IdentityProvider;
  /** Who is asked, where that is known. */
  readonly person?: string;
  /** Of who is asked, where they have just signed in. */
  readonly hint?: Kept;
}

export interface IdpQuestion extends Question {
  readonly go: 'ask_idp';
  readonly idps: readonly IdentityProvider[];
}

/** Why a sign-in got no further though nobody refused it. `unavailable`: the person was known, and nothing kept. */
export type Trouble = 'idp_unavailable' | 'idp_answer_unusable' | 'unavailable';

/** The person is told, and may try again or go back to the client. */
export interface Stranded extends Question {
  readonly go: 'strand';
  readonly trouble: Trouble;
  readonly idp: IdentityProvider;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** Nothing is decided: what the browser brought is its own, and may be brought again. */
export interface Postponed {
  readonly go: 'postponed';
  readonly clientId: string;
  readonly requestUri: string;
  readonly browser: Kept;
  /** Seconds. */
  readonly retryAfter: number;
}

export interface UserCodeQuestion {
  readonly go: 'ask_user_code';
  /** What was entered is no code of a device that waits. */
  readonly wrong: boolean;
  /** The code that the page has already: from a link, or the wrong one. */
  readonly entered?: string;
}

/** A person came with the code of a device: whether they began it there is theirs to say. */
export interface DeviceQuestion extends Omit<Question, 'back'> {
  readonly go: 'ask_device';
  /** As it was entered. */
  readonly userCode: string;
  /** Absent: the person's own claims alone. */
  readonly resource?: Resource;
  /** Where the answer may lead at once. */
  readonly idps: readonly IdentityProvider[];
}

/** What becomes of a device is told on a page of ours, and to the device when it asks. */
export type DeviceAnswer =
  | { readonly go: 'device_approved'; readonly client: Client; readonly session?: KeptSession }
  | { readonly go: 'device_denied'; readonly client: Client; readonly refusal: RedirectRefusal };

/** Why a person cannot go on, and no client is told. */
export type DeadEnd =
  | PageRefusal
  | GuessRefusal
  /** Somebody decided about the device, or it waited too long. */
  | { readonly reason: 'device_over' }
  | { readonly reason: 'form_expired' }
  | { readonly reason: 'other_browser' }
  | { readonly reason: 'sign_in_unknown' }
  | { readonly reason: 'sign_in_expired' }
  | { readonly reason: 'sign_in_over' }
  | { readonly reason: 'other_idp' }
  | { readonly reason: 'idp_gone' }
  | { readonly reason: 'pushed_request_unknown' }
  | { readonly reason: 'pushed_request_expired' }
  | { readonly reason: 'pushed_request_of_another_client' }
  /** Another browser opened it first. */
  | { readonly reason: 'pushed_request_elsewhere' }
  /** A sign-in began with it. */
  | { readonly reason: 'pushed_request_used' };

/** What becomes of a step of a sign-in. */
export type Outcome =
  | { readonly go: 'nowhere'; readonly deadEnd: DeadEnd }
  | { readonly go: 'upstream'; readonly location: URL; readonly browser: Kept }
  | ClientAnswer
  | ConsentQuestion
  | IdpQuestion
  | Stranded
  | Postponed
  | UserCodeQuestion
  | DeviceQuestion
  | DeviceAnswer;
