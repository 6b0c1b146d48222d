import * as v from 'valibot';
import type {
  KeyRingStore,
  PublicKeys,
  SigningAlgorithm,
  SigningKey,
  SigningKeyMaker,
} from '../../ports/signing.ts';
import type { Author } from '../../registry/author.ts';
import { makeSigningKeys, seedSigningKeys } from '../../registry/signing-keys.ts';

/** Publishes the first signing keys of a deployment; resolves with those it added. */
export type PublishSigningKeys = (
  properties: Readonly<Record<string, unknown>>,
  author: Author,
) => Promise<readonly SigningKey[]>;

/** The key ring, to be changed by that author. */
type KeyRingOf = (author: Author) => KeyRingStore;

const keysInKms = v.object({ ActiveKeyArn: v.string(), StandbyKeyArn: v.string() });

/** Keys that the stack made in KMS. */
export function publishStackKeys(keyRing: KeyRingOf, publicKeys: PublicKeys): PublishSigningKeys {
  return (properties, author) => {
    const { ActiveKeyArn, StandbyKeyArn } = v.parse(keysInKms, properties);
    const declared = { activeKeyArn: ActiveKeyArn, standbyKeyArn: StandbyKeyArn };
    return seedSigningKeys({ keyRing: keyRing(author), publicKeys }, declared, author.at);
  };
}

/** Keys that are made here, the first time. */
export function publishMadeKeys(
  keyRing: KeyRingOf,
  maker: SigningKeyMaker,
  algorithm: SigningAlgorithm,
): PublishSigningKeys {
  return (_properties, author) => makeSigningKeys({ keyRing: keyRing(author), maker }, algorithm, author.at);
}
