import type { InactivityReason } from '../introspection/activity.ts';
import type { LimitRefusal } from '../refusal.ts';
import type { TokenFault } from '../tokens/read-access-token.ts';
import type { BindingRefusal } from '../tokens/shown-binding.ts';

/** Why nobody calls a third party by what was presented at the proxy. */
export type EgressTokenRefusal =
  | LimitRefusal
  | BindingRefusal
  | { readonly reason: 'no_token' }
  | { readonly reason: TokenFault['reason'] | InactivityReason }
  /** It is for the proxy, and does not say which calls it allows. */
  | { readonly reason: 'token_without_rules' }
  /** `nonce`: the one to put into the next proof. */
  | { readonly reason: 'dpop_nonce_missing' | 'dpop_nonce_not_accepted'; readonly nonce: string }
  | { readonly reason: 'dpop_proof_replayed' };
