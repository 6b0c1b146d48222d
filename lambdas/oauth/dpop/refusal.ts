/** Why what a request proves of a key does not do. `nonce`: the one to put into the next proof. */
export type ProofRefusal =
  | { readonly reason: 'dpop_proof_missing' }
  | { readonly reason: 'dpop_proof_not_acceptable'; readonly detail: string }
  | { readonly reason: 'dpop_nonce_missing'; readonly nonce: string }
  | { readonly reason: 'dpop_nonce_not_accepted'; readonly nonce: string }
  | { readonly reason: 'dpop_proof_replayed' }
  | { readonly reason: 'dpop_key_not_bound' };
