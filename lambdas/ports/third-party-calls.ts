import type { Result } from '../runtime/result.ts';

/** A call of a third party, as it is sent there: its headers or its URL hold the credential. */
export interface ThirdPartyCall {
  readonly method: string;
  readonly url: string;
  /** Names lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A whole answer, of whatever status. */
export interface ThirdPartyReply {
  readonly status: number;
  /** Names lower-case; lines of one name are joined by commas, and cookies are left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Why no whole answer came. `not_allowed`: the address is none that anything may be sent to. `unreached`: nobody was reached, and
 * nothing was sent. `broken`: something was sent, and nobody knows what came of it. `encoded`: compressed as nobody asked for.
 */
export type ThirdPartyFailure =
  'not_allowed' | 'unreached' | 'broken' | 'timed_out' | 'too_large' | 'encoded';

export type SendToThirdParty = (call: ThirdPartyCall) => Promise<Result<ThirdPartyReply, ThirdPartyFailure>>;

/** The time that one request of ours has for all that is done in it, redirects and second tries among it. */
export interface CallTime {
  readonly send: SendToThirdParty;
  /** Waits for other work as long as there is time, and begins none after. What is not awaited goes on, and nobody hears what becomes of it. */
  readonly within: <Done>(work: () => Promise<Done>) => Promise<Result<Done, 'timed_out'>>;
}

/** The time of each request runs from when it is begun. */
export type BeginThirdPartyCall = () => CallTime;
