/** The symmetric KMS key under which the signing keys of one deployment are wrapped. */
export interface WrappingKey {
  readonly keyArn: string;
  /** The stack's name. */
  readonly deployment: string;
}

/**
 * What a wrapped key is bound to. The role of a function names deployment and purpose, so that it opens nothing else
 * under the same key; the intent binds a private half to the item that it was made for.
 */
export function encryptionContextOf(
  { deployment }: WrappingKey,
  intent: string,
): Readonly<Record<'deployment' | 'purpose' | 'intent', string>> {
  return { deployment, purpose: 'signing', intent };
}
