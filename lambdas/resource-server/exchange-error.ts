/**
 * What somebody can do about it. `interaction_required`: the person, at `uri` where there is one. `forbidden`: nobody by trying
 * again, for policy, target, scope or the token that was received do not allow it. `misconfigured`: the operator of this
 * server, whose own client is not taken. `unavailable`: wait, and try again.
 */
export type ExchangeErrorKind = 'interaction_required' | 'forbidden' | 'misconfigured' | 'unavailable';

export interface ExchangeErrorDetails {
  /** The error code of OAuth, where the issuer gave one. */
  readonly error?: string;
  readonly description?: string;
  /** Where a person goes on, or where the client that they use asks for their grant again. */
  readonly uri?: string;
  /** What the identity provider of the target wants of them, for that client to send along as `claims`. */
  readonly claims?: string;
  /** The same by the name of a level, to be sent along as `acr_values`. */
  readonly acrValues?: string;
  /** Of `unavailable`: when to try again. */
  readonly retryAfterSeconds?: number;
}

/** Why there is no token for a target. It holds no token and no secret, so that it can be logged. */
export class ExchangeError extends Error {
  readonly kind: ExchangeErrorKind;
  readonly target: string;
  readonly details: ExchangeErrorDetails;

  constructor(kind: ExchangeErrorKind, target: string, details: ExchangeErrorDetails = {}) {
    const why = [details.error, details.description].filter((part) => part !== undefined).join(': ');
    super(`no token for ${target}, ${kind}${why === '' ? '' : `: ${why}`}`);
    this.name = 'ExchangeError';
    this.kind = kind;
    this.target = target;
    this.details = details;
  }
}
