import type { Via } from './via.ts';

/** Where a token comes from that was exchanged, or is of a task. */
export interface ExchangedFrom extends Via {
  /** In whose name it is. */
  readonly subject?: { readonly kind: string; readonly id: string };
  /** The trust anchor whose word was taken. */
  readonly anchor?: string;
  /** The grant with the refresh token that it comes of, where somebody got one by an exchange. */
  readonly familyId?: string;
}

/** A refresh token that stands alone, for work that goes on once the token has expired that it was exchanged for. */
export interface RefreshTokenGiven extends ExchangedFrom {
  readonly event: 'refresh_token_given';
  readonly familyId: string;
  readonly expiresAt: number;
}

/** A token of an API, which the identity provider before it has issued. */
export interface ApiTokenGiven extends ExchangedFrom {
  readonly event: 'api_token_given';
  readonly api: string;
  readonly expiresAt: number;
}

/** A token of a third party itself, of less than what is kept of it. */
export interface ProviderTokenGiven extends ExchangedFrom {
  readonly event: 'provider_token_given';
  readonly provider: string;
  readonly connection: string;
  readonly holder: 'person' | 'group' | 'service';
  readonly group?: string;
  readonly expiresAt: number;
}
