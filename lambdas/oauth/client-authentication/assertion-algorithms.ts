/** RFC 8725 §3.1: what a client may sign with, and nothing that the assertion itself could choose. */
export const assertionAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number];

/** What AWS STS signs the tokens of workloads with. */
export const awsAlgorithms = ['ES384', 'RS256'] as const;
export type AwsAlgorithm = (typeof awsAlgorithms)[number];

/** Everything that verifies an assertion of some client: what metadata names. */
export const supportedAlgorithms = [...new Set([...assertionAlgorithms, ...awsAlgorithms])];
