/** Everything the keys function reads from its environment. */
export const keysEnvironment = [
  'REGISTRY_TABLE',
  /** The stack's name: its keys bear it as a tag, and what it does without an operator is done in this name. */
  'DEPLOYMENT',
  /** As of the token function. */
  'WRAPPING_KEY',
  /** As of the discovery function. */
  'SIGNING_ALGORITHM',
  /** Days after which the next key takes over. */
  'KEY_ROTATION_DAYS',
  /** Days for which KMS keeps a key that is to be deleted, 7 to 30. */
  'KEY_DELETION_DAYS',
  /** What becomes of the keys when the stack is deleted: `retain` or `destroy`. */
  'KEYS_WITHOUT_STACK',
  /** The ARN of the secret behind cookies and forms, or `none` where nobody signs in. */
  'SEAL_SECRET',
  /** The same of the secret behind nonces of DPoP proofs, or `none` where proofs do without. */
  'NONCE_SECRET',
  /** The function's own time limit in seconds. */
  'TIME_LIMIT',
] as const;
export type KeysEnvironment = Record<(typeof keysEnvironment)[number], string>;
