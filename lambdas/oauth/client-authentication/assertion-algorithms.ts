/** RFC 8725 §3.1: what a client may sign with, and nothing that the assertion itself could choose. */
export const assertionAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number];
