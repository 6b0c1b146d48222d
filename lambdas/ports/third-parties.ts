import type { EgressProviderId } from '../runtime/identifiers.ts';
import type { Secret } from '../runtime/secret.ts';

/** What is asked of a third party. Its body and headers hold what proves us: it is sent, and never told. */
export interface ThirdPartyRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** Names lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A whole answer, of whatever status. */
export interface ThirdPartyAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** As it said it (RFC 9110 §10.2.3). */
  readonly retryAfter?: string | undefined;
}

/** Sends one request. Throws `DependencyUnavailable` where no whole answer came, and for endpoints that nothing may be sent to. */
export type AskThirdParty = (
  provider: EgressProviderId,
  request: ThirdPartyRequest,
) => Promise<ThirdPartyAnswer>;

/** The secrets of the deployment at third parties, as texts. */
export interface EgressSecrets {
  /** Remembered for five minutes. Throws `DependencyUnavailable` where it cannot be read. */
  readonly current: (provider: EgressProviderId) => Promise<Secret>;
  /** It was not taken, or is to be read anew: what is remembered is forgotten. */
  readonly doubt: (provider: EgressProviderId) => void;
}
