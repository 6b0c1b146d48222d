import { must } from '../requirement.ts';

/** Calls of third parties through the proxy, by tokens that say which of them they allow. */
export const egressProxy = {
  'vestibule:egress-proofs': must(
    ['Vestibule', 'RFC 9449 §9', 'RFC 9449 §7.1'],
    'takes a token that is bound to a key with a proof for that very call, with a nonce where proofs need one, once',
  ),
};
