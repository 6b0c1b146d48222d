import type { Result } from '../runtime/result.ts';

/** A request to sts:GetCallerIdentity that somebody signed for us to send: its method and its body are always the same. */
export interface SignedCallerRequest {
  /** The origin of the STS endpoint that it was signed for. */
  readonly endpoint: string;
  /** By names in lower case: the headers that were signed, and the signature. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface CallerIdentities {
  /**
   * The ARN that AWS knows the signer by. Refused where AWS does not take the signature; throws
   * `DependencyUnavailable` when AWS cannot be asked.
   */
  readonly identify: (request: SignedCallerRequest) => Promise<Result<string, 'signature_not_taken'>>;
}
