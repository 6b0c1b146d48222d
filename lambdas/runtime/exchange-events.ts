import type { Via } from './via.ts';

/** Of an exchanged token: where it comes from. */
export interface ExchangedFrom extends Via {
  /** In whose name it is. */
  readonly subject?: { readonly kind: string; readonly id: string };
  /** The trust anchor whose word was taken. */
  readonly anchor?: string;
}

/** A token of an API, which the identity provider before it has issued. */
export interface ApiTokenGiven extends ExchangedFrom {
  readonly event: 'api_token_given';
  readonly api: string;
  readonly expiresAt: number;
}
