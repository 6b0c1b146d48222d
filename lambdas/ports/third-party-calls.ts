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

/** Each time all that is sent from then on, redirects and second tries among it, has the time of one request of ours. */
export type BeginThirdPartyCall = () => SendToThirdParty;
