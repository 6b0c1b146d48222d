import { must, should } from '../requirement.ts';

/** Tokens that are bound to a key which their client proves (RFC 9449). */
export const dpop = {
  'rfc9449:4.3:checks': must(
    ['RFC 9449 §4.3', 'RFC 9110 §9.1'],
    'refuses a proof that is malformed, of another type, unsigned, of no public key, too old, or for another request, and says what to mend',
  ),
  'rfc9449:4.3:target': must(
    'RFC 9449 §4.3',
    'holds the URL of a proof against the published one, normalized and without its query, and never against what the request says of its host',
  ),
  'rfc9449:5:bound-token': must(
    ['RFC 9449 §5', 'RFC 9449 §5.1', 'DPOP-1'],
    'binds the token of a client that proves a key to that key, with every algorithm that the metadata names, and calls it DPoP',
  ),
  'rfc9449:6.1:cnf': must('RFC 9449 §6.1', 'writes the thumbprint of the key into the token'),
  'DPOP-3': must('DPOP-3', 'names the key in the token, and DPoP in the answer'),
  'rfc9449:11.1:replay': must(
    'RFC 9449 §11.1',
    'takes a proof once, however many requests bring it to however many instances',
  ),
  'DPOP-4': must('DPOP-4', 'takes a proof for the one request that it was made for'),
  'DPOP-6': must('DPOP-6', 'builds the URL that a proof is for from the public one'),
  'vestibule:proofs-survive-failures': must(
    'Vestibule',
    'uses up no proof where a dependency fails, so that the very same request succeeds when it is made again',
  ),
  'vestibule:proofs-stay-secret': must('Vestibule', 'writes no proof and no nonce into a log'),
  'rfc9449:8:nonces': must(
    ['RFC 9449 §8', 'RFC 9449 §8.2'],
    'demands a nonce of its own in each proof at the token endpoint, tells it with use_dpop_nonce, and renews it in answers',
  ),
  'DPOP-5': should('DPOP-5', 'hands out nonces that no instance has to keep'),
  'rfc9449:5.2:client-metadata': must(
    'RFC 9449 §5.2',
    'gives a client that is registered for bound tokens no other',
  ),
  'rfc9449:10:code-binding': must(
    'RFC 9449 §10',
    'redeems a code that was asked for with dpop_jkt for whoever proves that key, and refuses a malformed dpop_jkt',
  ),
  'rfc9449:10.1:pushed-key': must(
    'RFC 9449 §10.1',
    'takes a proof beside a pushed request for dpop_jkt, once, and refuses one of another key than the request names',
  ),
  'vestibule:keys-of-families': must(
    ['Vestibule', 'RFC 9449 §5'],
    'refreshes for a public client whose tokens are bound with its key alone, and ends nothing where another key or none is shown',
  ),
  'rfc9449:6.2:introspection': must(
    'RFC 9449 §6.2',
    'tells the server of a resource of a bound token which key it is bound to, and that it is of the type DPoP',
  ),
  'rfc9449:7.1:resources': must(
    ['RFC 9449 §7.1', 'RFC 9449 §4.2'],
    'takes a bound token at /userinfo and in the verifier with a proof for that request and that token, and challenges with the algorithms otherwise',
  ),
  'rfc9449:7.2:downgrade': must(
    'RFC 9449 §7.2',
    'refuses a bound token that is presented as Bearer, and an unbound one that is presented as DPoP',
  ),
  'rfc9728:2:proof-algorithms': must(
    'RFC 9728 §2',
    'says in the metadata that the package makes for a resource which algorithms its proofs may be signed with',
  ),
  'rfc9728:2:bound-tokens': must(
    'RFC 9728 §2',
    'says in the metadata of a registered resource that it takes bound tokens, by which algorithms, and whether it takes others',
  ),
  'vestibule:bound-tokens-alone': must(
    ['Vestibule', 'RFC 9449 §5.2'],
    'issues no bearer token for a resource that takes bound ones alone, and uses nothing up where the proof is missing',
  ),
  'vestibule:bound-tokens-end': must('Vestibule', 'revokes bound tokens as all others, without a proof'),
  'DPOP-2': must('DPOP-2', 'refuses such a client without a proof as invalid_dpop_proof'),
  'AS-34': must('AS-34', 'honours dpop_bound_access_tokens wherever a client is described'),
} as const;
