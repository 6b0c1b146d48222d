import type { Result } from '../runtime/result.ts';

export type DocumentRefusal =
  | { readonly reason: 'url_not_allowed'; readonly detail: string }
  | { readonly reason: 'address_not_allowed' }
  | { readonly reason: 'unreachable' }
  | { readonly reason: 'timed_out' }
  | { readonly reason: 'status_not_ok'; readonly status: number }
  | { readonly reason: 'not_json' }
  | { readonly reason: 'too_large' };

/** Documents a client or a token names, fetched by the guarded fetcher: https, public pinned address, no redirect. */
export interface Documents {
  /** The parsed JSON of the document. Each call asks its host: neither a document nor a failure is kept here. */
  readonly fetchJson: (url: string) => Promise<Result<unknown, DocumentRefusal>>;
}
