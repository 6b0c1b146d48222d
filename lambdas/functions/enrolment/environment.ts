/** Everything the enrolment function reads from its environment. */
export const enrolmentEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'VAULT_TABLE',
  /** The ARN of the KMS key that wraps what is kept. */
  'VAULT_KEY',
  /** The stack's name: part of what is kept is bound to. */
  'DEPLOYMENT',
  /**
   * By identity provider how many clients there may be, and by what they are registered, as JSON: `secret`, the ARN of one, or
   * `userPool`, with its ARN, the providers of the pool that people sign in with, and whether it has managed login.
   */
  'PROXIED',
  /** `public`, or `loopback` in the dev profile, where an identity provider may live on this machine. */
  'DOCUMENT_HOSTS',
] as const;
export type EnrolmentEnvironment = Record<(typeof enrolmentEnvironment)[number], string>;
